/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_name - the names of a site that have addresses in the measurement's zone: hosts, and the MX
 * hosts of cases.
 *
 * Several cases may name one MX host if all about it is the same; otherwise no name stands for two
 * things, be they hosts, cases or zones. */
#ifndef EMT_PLAN_NAME_H
#define EMT_PLAN_NAME_H

#include "plan/plan.h"

struct plan_name {
	const char *name; /* below the measurement's domain */
	const struct site_pair *ip;
	int64_t families, tlsa;          /* enums of testcase.h */
	const struct testcase *testcase; /* the first one whose MX host it is; NULL: a host */
};

struct plan_names {
	struct plan_name *v;
	size_t n;
};

/* NULL, or "FILE:LINE: what, and the mend" from the arena.  Needs the plan's zones. */
const char *plan_names(struct arena *a, const struct plan *plan, struct plan_names *names)
    __attribute__((warn_unused_result));

/* The case whose addresses, measurement@TOKEN.CASE.DOMAIN, have the longest domain, and that
 * domain's octets. */
const struct testcase *plan_longest(const struct plan *plan, size_t *octets);

#endif
