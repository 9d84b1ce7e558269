/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_servers - which resolvers to ask. */
#ifndef EMT_DNS_SERVERS_H
#define EMT_DNS_SERVERS_H

#include "base/option.h"

#define RESOLV_CONF "/etc/resolv.conf"
enum { DNS_SERVERS_MAX = 8 }; /* more are left out; resolver(5) itself takes three */

/* The addresses of the `nameserver` lines of a resolv.conf(5); 127.0.0.1 without any, as
 * resolver(5) says. */
struct option_list dns_servers_of(struct arena *a, struct span resolv_conf);

/* `given`, or those of RESOLV_CONF if none is given. */
struct option_list dns_servers(struct arena *a, struct option_list given);

/* "ADDRESS", "ADDRESS@PORT" or "ADDRESS#PORT" taken apart; without a port it is 53.  The address
 * stays as it was written: whether it is one shows when it is asked.  False: no port of 1 to 65535.
 */
enum { DNS_PORT = 53 };
bool dns_server_read(struct span text, struct span *address, unsigned *port)
    __attribute__((warn_unused_result));

/* Is it an address of this machine's own (127.0.0.0/8, ::1)?  Nobody can forge answers on the way
 * from there. */
bool dns_server_is_loopback(const char *address);

#endif
