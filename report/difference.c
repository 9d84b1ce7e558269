/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/difference.h"

#include "report/capability.h"
#include "report/health_runs.h"

/* Is the zone of the case bogus, or out of reach over one family?  Whose cases tell of keys by
 * being asked for them differ in keys. */
static bool
differs_in_keys(const struct testcase *t)
{
	const struct capability *c = t->zone[0] ? capability_find(t->capability) : NULL;

	return c && c->by_keys;
}

static bool
differs_in_reach(const struct testcase *t)
{
	return t->zone[0] && t->capability && !differs_in_keys(t);
}

static bool
differs_in_tlsa(const struct testcase *t)
{
	return t->tlsa == TLSA_MISMATCH;
}

static bool
differs_in_certificate(const struct testcase *t)
{
	return t->host->certificate == CERTIFICATE_OTHER_NAME;
}

static bool
differs_in_starttls(const struct testcase *t)
{
	return t->host->id == ROLE_PLAINTEXT || t->host->id == ROLE_TLS_FORCE;
}

static bool
differs_in_greylisting(const struct testcase *t)
{
	return t->host->id == ROLE_GREYLISTING;
}

/* Parts as `emt-site check --live` names them. */
static const struct {
	const char *part;
	bool (*differs)(const struct testcase *t);
} differences[] = {
    {"dnssec", differs_in_keys},
    {"name-server", differs_in_reach},
    {"address", differs_in_reach},
    {"tlsa", differs_in_tlsa},
    {"certificate", differs_in_certificate},
    {"starttls", differs_in_starttls},
    {"recipient", differs_in_greylisting},
};

static bool
is_of_difference(const struct testcase *t, const char *part)
{
	for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
		if (!strcmp(differences[i].part, part))
			return differences[i].differs(t);
	return false;
}

static bool
same_part(const struct health *a, const struct health *b)
{
	return a->testcase == b->testcase && !strcmp(a->part, b->part) &&
	       !strcmp(a->family ? a->family : "", b->family ? b->family : "");
}

/* Is another record of its part between it and that time? */
static bool
is_nearest(const struct probe_set *set, const struct health *h, int64_t time_us)
{
	for (size_t i = 0; i < set->health_n; i++) {
		const struct health *other = &set->health[i];

		if (other == h || !same_part(h, other))
			continue;
		if (h->time_us <= time_us
			? other->time_us > h->time_us && other->time_us <= time_us
			: other->time_us < h->time_us && health_until_us(other) >= time_us)
			return false;
	}
	return true;
}

const struct health *
difference_undone(
    const struct probe_set *set, const struct testcase *t, int64_t time_us, int64_t every_us)
{
	for (size_t i = 0; i < set->health_n; i++) {
		const struct health *h = &set->health[i];

		if (h->testcase == t && !h->ok && is_of_difference(t, h->part) &&
		    h->time_us <= time_us + every_us && health_until_us(h) >= time_us - every_us &&
		    is_nearest(set, h, time_us))
			return h;
	}
	return NULL;
}
