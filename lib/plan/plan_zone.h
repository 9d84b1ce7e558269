/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_zone - the zones of a site and the records in them: plan.c's other half. */
#ifndef EMT_PLAN_ZONE_H
#define EMT_PLAN_ZONE_H

#include "plan/plan.h"

/* Both fill plan->zones and what depends on it, and give NULL or "FILE:LINE: what, and the mend".
 * The records need hosts and certificates. */
const char *plan_zones(struct arena *a, struct plan *plan) __attribute__((warn_unused_result));
const char *plan_records(struct arena *a, struct plan *plan) __attribute__((warn_unused_result));

/* The label of an IPv4 address in the rdns zone: host22. */
const char *plan_rdns_label(struct arena *a, const struct site *site, const struct ip *ip4);

#endif
