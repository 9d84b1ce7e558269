/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_cache - answers by question, each until its time, within a limit of octets; the longest
 * unused go first. */
#ifndef EMT_DNS_CACHE_H
#define EMT_DNS_CACHE_H

#include "dns/dns_answer.h"

enum {
	DNS_CACHE_ANSWER_OCTETS = 256
}; /* what an answer counts beside its contents: arena, entry and node */

struct dns_cache;

struct dns_cache *dns_cache_new(size_t octets);
void dns_cache_free(struct dns_cache *c);

/* The answer if it still holds at now_us, borrowed, and in *left_s the seconds that it does; else
 * NULL. */
struct dns_answer *dns_cache_find(
    struct dns_cache *c, const char *name, int type, int64_t now_us, int64_t *left_s);

/* Keeps a reference for the seconds of the result's TTL from now_us on, a day at most (RFC 8767
 * section 4 lets a cache cap what it believes).  What it may not keep (no TTL, not OK, NXDOMAIN or
 * NODATA) it does not. */
void dns_cache_put(struct dns_cache *c, struct dns_answer *answer, int64_t now_us);

#endif
