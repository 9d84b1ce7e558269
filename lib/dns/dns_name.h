/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_name - which texts are names that we ask for, in their canonical form.
 *
 * The DNS carries any octet (RFC 2181 section 11), but what mails, logs and DNS records call a host
 * or a service is made of letters, digits, hyphens, underscores, and the '*' and '/' of wildcards
 * and RFC 2317 zones.  Everything else in its place is somebody's attack or mistake;
 * internationalised names go as A-labels (RFC 5890 section 2.3.2.1). */
#ifndef EMT_DNS_NAME_H
#define EMT_DNS_NAME_H

#include "base/arena.h"

enum {
	DNS_NAME_MAX = 253
}; /* octets of text without the dot at the end; RFC 1035 section 2.3.4 less lengths */

/* Writes s in lower case without the dot at the end; the root is ".".  NULL, or why s is no such
 * name. */
const char *dns_name_canonical(struct span s, char out[DNS_NAME_MAX + 1])
    __attribute__((warn_unused_result));

/* The name to say EHLO with (RFC 5321 section 4.1.1.1): `given`, or if that is NULL this host's,
 * from the arena; NULL if the host has none that could be one. */
const char *dns_name_own(struct arena *a, const char *given);

#endif
