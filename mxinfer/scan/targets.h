/* SPDX-License-Identifier: GPL-3.0-or-later */
/* targets - what a run connects to: each address once, or each address and name with `--sni mx`.
 *
 * Numbered from 1 in the order in which they came; none ever goes, since "already visited" has to
 * be known to the end.  Some 60 octets for each, and what is only needed until its record is
 * written goes with that. */
#ifndef EMT_MXINFER_SCAN_TARGETS_H
#define EMT_MXINFER_SCAN_TARGETS_H

#include "mxinfer/facts.h"
#include "mxinfer/intern.h"
#include "mxinfer/scan/mail_route.h"

enum { TARGET_NAMES_MAX = 50 }; /* MX names remembered of one */

enum target_state {
	TARGET_NEW,
	TARGET_WAITING, /* on its way to a record */
	TARGET_DONE,    /* its record is written */
};

/* What the DNS says of the certificates of an MX host (RFC 7672); copies. */
struct target_tlsa {
	struct arena *arena; /* holds all of this */
	struct route_look look;
	const char *base; /* route_mx.tlsa_base */
};

/* What is needed until the record is written. */
struct target_work {
	void *owner; /* the caller's, with the target's number: what callbacks are handed */
	uint32_t id, attempts;
	uint32_t *as; /* NULL: not asked for, or none */
	size_t as_n;
	struct target_tlsa *tlsa; /* NULL: none */
};

struct target {
	struct target_work *work; /* NULL: none, or no more */
	uint32_t names;           /* the first of them, in targets.links; 0: none */
	unsigned char state;      /* enum target_state */
};

/* An MX name of a target. */
struct target_link {
	uint32_t name, next;
};

struct targets {
	struct intern keys;  /* family, octets, variant */
	struct intern names; /* of MX */
	struct target *v;    /* by number */
	size_t room;
	struct target_link *links; /* from 1 */
	size_t links_n, links_room;
};

void targets_free(struct targets *t);

/* The number of a target; it is new if its state is TARGET_NEW.  `variant`: the name that TLS asks
 * for; empty: none. */
uint32_t targets_add(struct targets *t, const struct ip *ip, struct span variant);

/* An MX of that name leads to it.  Each is kept once, and not more than TARGET_NAMES_MAX. */
void targets_name(struct targets *t, uint32_t id, struct span name);

struct ip targets_ip(const struct targets *t, uint32_t id);
struct span targets_variant(const struct targets *t, uint32_t id); /* until the next targets_add */

/* Its names in the order in which they came; spans as above.  Their number. */
size_t targets_names(const struct targets *t, uint32_t id, struct span names[TARGET_NAMES_MAX]);

struct target_work *targets_work(struct targets *t, uint32_t id); /* made if there is none */

/* Remembers what TLSA records say, until the record is written; copied. */
void targets_tlsa(struct targets *t, uint32_t id, const struct route_look *look, const char *base);

/* Its record is written. */
void targets_done(struct targets *t, uint32_t id);

#endif
