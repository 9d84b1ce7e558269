/* SPDX-License-Identifier: GPL-3.0-or-later */
/* route_look - one look-up to the end of its CNAMEs, also where an answer tells only a part of
 * them: a resolver follows them all, a name server of a zone stops at its border. */
#ifndef EMT_MXINFER_SCAN_ROUTE_LOOK_H
#define EMT_MXINFER_SCAN_ROUTE_LOOK_H

#include "dns/dns.h"

enum {
	ROUTE_LOOK_CNAMES_MAX = 32, /* over all answers */
	ROUTE_LOOK_ASKED_MAX = 8,   /* questions of one look-up */
};

struct route_look_end {
	const struct dns_result *last; /* the answer that ended it; lives for the callback */
	enum dns_outcome outcome;      /* as last's, but DNS_MALFORMED for a circle of CNAMEs */
	enum dns_security dnssec;      /* the least of all the answers' */
	const char *why;               /* or NULL */
	const char *const *cname;      /* of all answers; from the arena */
	size_t cname_n;
};

typedef void route_look_done(void *arg, const struct route_look_end *end);

/* Calls back once, never before it returns; the arena must live until then.  Once *closed, nothing
 * more is asked. */
void route_look_begin(struct arena *a, struct dns *dns, const bool *closed, struct span name,
    int type, int64_t deadline_us, route_look_done *done, void *arg);

#endif
