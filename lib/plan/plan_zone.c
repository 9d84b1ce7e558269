/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan_zone.h"

/* The zones below the measurement's.  A zone that differs from its twin in one thing is served by
 * the same server, which serves nothing else: one that also held the parent would answer for the
 * child over IPv4. */
static const struct child {
	const char *label;
	enum plan_zone_kind kind;
	enum role_id role;
	bool own_name; /* its name server's name lies within it, so that the parent holds glue */
	bool glue4, glue6;
	enum plan_trust trust;
	const char *what;
} children[] = {
    {"rdns", ZONE_RDNS, ROLE_DNS, false, true, true, TRUST_SIGNED, "PTR records"},
    {"v6only-ok", ZONE_CHILD, ROLE_DNS_V6, true, true, true, TRUST_SIGNED,
	"the twin of v6only, whose name server has IPv4 and IPv6 addresses"},
    {"v6only", ZONE_CHILD, ROLE_DNS_V6, true, false, true, TRUST_SIGNED,
	"its name server has an IPv6 address alone"},
    {"dnssec-ok", ZONE_CHILD, ROLE_DNS_BROKEN, false, true, true, TRUST_SIGNED,
	"the twin of dnssec-broken, signed right"},
    {"dnssec-broken", ZONE_CHILD, ROLE_DNS_BROKEN, false, true, true, TRUST_DS_BROKEN,
	"the DS record above it matches no key of it"},
};

enum { CHILDREN_N = sizeof children / sizeof *children };

static const char *
reverse6_origin(struct arena *a, const struct ip_range *range)
{
	char reversed[IP_REVERSED_MAX];

	/* A nibble and its dot are two characters; the host's part stands in front. */
	ip_reversed(&range->first, reversed);
	return arena_printf(a, "%s.ip6.arpa", reversed + 2 * (128 - range->bits) / 4);
}

static struct plan_zone *
add_zone(struct arena *a, struct plan *plan, const char *origin, enum role_id role)
{
	struct plan_zone *zone = &plan->zones[plan->zones_n++];

	*zone = (struct plan_zone){.origin = origin,
	    .label = "",
	    .what = "",
	    .host = plan_host(plan, role),
	    .glue4 = true,
	    .glue6 = true};
	zone->name_server = zone->host->site->fqdn;
	zone->file = arena_printf(a, "%s/etc/nsd/zones/%s.zone", zone->host->machine->name, origin);
	return zone;
}

const char *
plan_zones(struct arena *a, struct plan *plan)
{
	const char *domain = plan->site->domain;
	struct plan_zone *zone;

	plan->zones = arena_alloc(a, (CHILDREN_N + 2) * sizeof *plan->zones);
	zone = add_zone(a, plan, domain, ROLE_DNS);
	zone->kind = ZONE_MEASUREMENT;
	for (size_t i = 0; i < CHILDREN_N; i++) {
		const struct child *child = &children[i];

		zone =
		    add_zone(a, plan, arena_printf(a, "%s.%s", child->label, domain), child->role);
		zone->kind = child->kind;
		zone->label = child->label;
		zone->parent = &plan->zones[0];
		zone->glue4 = child->glue4;
		zone->glue6 = child->glue6;
		zone->trust = child->trust;
		zone->what = child->what;
		if (child->own_name)
			zone->name_server = arena_printf(a, "dns.%s", zone->origin);
	}
	zone = add_zone(a, plan, reverse6_origin(a, &plan->site->range6), ROLE_DNS);
	zone->kind = ZONE_REVERSE6;
	for (size_t i = 0; i < plan->cases->n; i++) {
		const struct testcase *t = &plan->cases->v[i];

		if (!plan_case_zone(plan, t))
			return arena_printf(a,
			    "%s:1: there is no zone \"%s\" below %s; rename the file, or see "
			    "docs/extending.md for a new zone",
			    t->file, t->zone, domain);
	}
	return NULL;
}
