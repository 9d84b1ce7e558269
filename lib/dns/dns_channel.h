/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_channel - messages to one resolver and back, by c-ares: transport, and nothing else.
 *
 * c-ares does less than it could, so that what is reported is what happened: it sends each message
 * once, by the protocol asked for, and passes on every answer (NOCHECKRESP) and every truncation
 * (IGNTC).  A resolver elsewhere is asked from several ports, each for a while: a port is half of
 * what a forger must guess. */
#ifndef EMT_DNS_CHANNEL_H
#define EMT_DNS_CHANNEL_H

#include "base/rng.h"
#include "dns/dns_result.h"
#include "io/loop.h"

struct dns_channels; /* all to one resolver */

/* NULL if `address` is none that can be asked (dns_server_read).  Everything is borrowed. */
struct dns_channels *dns_channels_new(struct loop *l, const struct rng *rng, const char *address);

/* Calls back DNS_CANCELLED for what is not answered. */
void dns_channels_free(struct dns_channels *c);

/* outcome is DNS_OK with the message in `wire`, whatever it says, as long as its id and question
 * are the ones sent, case aside; or DNS_TIMEOUT, DNS_NETERR, DNS_CANCELLED and `why`. */
typedef void dns_channel_done(
    void *arg, enum dns_outcome outcome, struct span wire, const char *why);

/* Calls back once, perhaps before it returns.  `query` is copied. */
void dns_channels_send(
    struct dns_channels *c, struct span query, bool tcp, dns_channel_done *done, void *arg);

#endif
