/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zone files: do they hold the plan, are they signed, and is each DS record what is meant? */
#include <errno.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "site/check.h"
#include "site/recipe.h"
#include "io/tree.h"
#include "site/zone_key.h"
#include "site/zone_verify.h"

enum { DS_FILE_MAX = 65536, TTL_NEGATIVE_S = 5 };

static const char *
date(struct arena *a, int64_t utc)
{
	char text[32];
	struct tm tm;
	time_t t = (time_t)utc;

	if (!gmtime_r(&t, &tm) || !strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm))
		return "an unreadable time";
	return arena_dup(a, span_str(text));
}

/* What signing adds or changes: not compared with the unsigned file. */
static bool
is_signing(const struct zonefile_rrset *set)
{
	return set->rrs_n == 0 || set->type == LDNS_RR_TYPE_NSEC3 ||
	       set->type == LDNS_RR_TYPE_NSEC3PARAM || set->type == LDNS_RR_TYPE_DNSKEY ||
	       set->type == LDNS_RR_TYPE_DS || set->type == LDNS_RR_TYPE_SOA;
}

/* TTLs, too: twins differ in one thing alone. */
static bool
has_record(const struct zonefile_rrset *set, const ldns_rr *rr)
{
	for (size_t i = 0; set && i < set->rrs_n; i++)
		if (ldns_rr_compare(set->rrs[i], rr) == 0 &&
		    ldns_rr_ttl(set->rrs[i]) == ldns_rr_ttl(rr))
			return true;
	return false;
}

/* The first record of `zone` that `other` lacks; NULL if there is none. */
static const ldns_rr *
first_lacking(const struct zonefile *zone, const struct zonefile *other, size_t *lacking_n)
{
	const ldns_rr *first = NULL;

	*lacking_n = 0;
	for (size_t i = 0; i < zone->sets_n; i++) {
		const struct zonefile_rrset *set = &zone->sets[i],
					    *there = is_signing(set) ? NULL
								     : zonefile_find(other,
									   set->owner, set->type);

		for (size_t k = 0; !is_signing(set) && k < set->rrs_n; k++)
			if (!has_record(there, set->rrs[k])) {
				first = first ? first : set->rrs[k];
				++*lacking_n;
			}
	}
	return first;
}

/* "NAME TYPE", and how many more. */
static const char *
record_text(struct arena *a, const ldns_rr *rr, size_t n)
{
	char *type = must(ldns_rr_type2str(ldns_rr_get_type(rr)));
	const char *more = n > 1 ? arena_printf(a, " and %zu more", n - 1) : "";
	const char *text = arena_printf(a, "%s %s (TTL %u)%s", zonefile_text(a, ldns_rr_owner(rr)),
	    type, (unsigned)ldns_rr_ttl(rr), more);

	free(type);
	return text;
}

/* The zone as the plan has it, as text that ldns reads. */
static const char *
write_plan(struct check *c, const struct plan_zone *zone, struct buf *out)
{
	buf_printf(out, "$ORIGIN %s.\n$TTL 300\n@ IN SOA %s. . 1 1 1 1 1\n@ IN NS %s.\n",
	    zone->origin, zone->name_server, zone->name_server);
	for (size_t i = 0; i < zone->records_n; i++)
		buf_printf(out, "%s IN %s %s\n", zone->records[i].owner, zone->records[i].type,
		    zone->records[i].data);
	return arena_printf(c->a, "the plan of %s", zone->origin);
}

static bool
read_plan(struct check *c, const struct plan_zone *zone, struct zonefile *planned)
{
	struct buf text;
	const char *name, *error;
	FILE *in;

	buf_init(&text, (size_t)1 << 30);
	name = write_plan(c, zone, &text);
	in = must(fmemopen(text.p, text.n, "r"));
	error = zonefile_read_from(c->a, in, name, zone->origin, planned);
	buf_free(&text);
	if (error)
		check_finding(c, zone->origin, error, "its records cannot be compared",
		    "mend the test cases and render again");
	return !error;
}

/* Types that a wildcard must not have: it would answer for names that mean something of their own.
 */
static void
check_wildcards(struct check *c, const struct check_zone *z, const struct zonefile *zone)
{
	for (size_t i = 0; i < zone->sets_n; i++) {
		const struct zonefile_rrset *set = &zone->sets[i];
		char *type;

		if (!ldns_dname_is_wildcard(set->owner) || set->type == LDNS_RR_TYPE_MX)
			continue;
		type = must(ldns_rr_type2str(set->type));
		check_finding(c, z->file,
		    arena_printf(c->a, "%s holds %s", zonefile_text(c->a, set->owner), type),
		    "a wildcard of this type would answer for _mta-sts, _dmarc, _25._tcp and the "
		    "like",
		    "take the record out");
		free(type);
	}
}

/* A long memory of "no such name" hides later queries from us. */
static void
check_soa(struct check *c, const struct check_zone *z, const struct zonefile *zone)
{
	const struct zonefile_rrset *soa = zonefile_find(zone, zone->apex, LDNS_RR_TYPE_SOA);
	const ldns_rdf *minimum = soa ? ldns_rr_rdf(soa->rrs[0], 6) : NULL;

	if (!minimum || ldns_rr_ttl(soa->rrs[0]) > TTL_NEGATIVE_S ||
	    ldns_rdf2native_int32(minimum) > TTL_NEGATIVE_S)
		check_finding(c, z->file, "no SOA record whose TTL and MINIMUM are 5 seconds",
		    "resolvers would remember \"no such name\", and later queries would never "
		    "reach us",
		    "render the site again");
}

/* Compares the rendered file with the plan, both ways. */
static void
check_content(struct check *c, const struct check_zone *z, const struct zonefile *zone)
{
	struct zonefile planned;
	const ldns_rr *rr;
	size_t n;

	if (!read_plan(c, z->plan, &planned))
		return;
	rr = first_lacking(&planned, zone, &n);
	if (rr)
		check_finding(c, z->file, arena_printf(c->a, "lacks %s", record_text(c->a, rr, n)),
		    "the case would not be what its file says",
		    "run emt-site render and sign again");
	rr = first_lacking(zone, &planned, &n);
	if (rr)
		check_finding(c, z->file,
		    arena_printf(c->a, "holds %s, of which site file and test cases know nothing",
			record_text(c->a, rr, n)),
		    "a case may differ in more than its one thing",
		    "run emt-site render and sign again, or put it into the site file");
	check_wildcards(c, z, zone);
	check_soa(c, z, zone);
}

/* Is the signed file that of this unsigned one? */
static void
compare_signed(struct check *c, const struct check_zone *z, const struct zonefile *unsigned_zone)
{
	size_t less_n, more_n;
	const ldns_rr *less = first_lacking(unsigned_zone, &z->zone, &less_n),
		      *more = first_lacking(&z->zone, unsigned_zone, &more_n);

	if (less || more)
		check_finding(c, z->signed_file,
		    arena_printf(c->a, "%s %s%s", less ? "lacks" : "still holds",
			record_text(c->a, less ? less : more, less ? less_n : more_n),
			less ? " of the zone file" : ""),
		    "the name server answers from the signed file", "run emt-site sign");
}

static void
check_signatures(struct check *c, struct check_zone *z)
{
	struct zone_verified found;
	int64_t soon;
	size_t shown;

	zone_verify(&z->proof, &found);
	soon = CHECK_EXPIRY_S < found.validity_s / 4 ? CHECK_EXPIRY_S : found.validity_s / 4;
	shown = found.troubles_n < ZONE_VERIFY_SHOWN ? found.troubles_n : ZONE_VERIFY_SHOWN;
	for (size_t i = 0; i < shown; i++)
		check_finding(c, z->signed_file,
		    i + 1 == ZONE_VERIFY_SHOWN && found.troubles_n > shown
			? arena_printf(
			      c->a, "%s; and %zu more", found.troubles[i], found.troubles_n - shown)
			: found.troubles[i],
		    "validating resolvers would refuse it: a case broken that is meant to be whole",
		    "run emt-site sign");
	if (found.first_expiry_utc < c->now_utc + soon)
		check_finding(c, z->signed_file,
		    arena_printf(c->a, "signatures end at %s", date(c->a, found.first_expiry_utc)),
		    "from then on validating resolvers refuse the zone, and every case in it looks "
		    "broken",
		    "run emt-site sign, and see why its job did not");
}

static void
check_one(struct check *c, struct check_zone *z)
{
	struct zonefile zone;
	const char *error = zonefile_read(c->a, z->file, z->plan->origin, &zone);

	if (error) {
		check_finding(c, z->plan->origin, error, "the zone cannot be served",
		    "run emt-site render again");
		return;
	}
	check_content(c, z, &zone);
	if (access(z->signed_file, F_OK)) {
		check_finding(c, z->signed_file, "missing",
		    "the name server has nothing to answer from", "run emt-site sign");
		return;
	}
	error = zonefile_read(c->a, z->signed_file, z->plan->origin, &z->zone);
	if (error) {
		check_finding(
		    c, z->plan->origin, error, "the zone cannot be served", "run emt-site sign");
		return;
	}
	z->loaded = true;
	proof_begin(&z->proof, c->a, &z->zone, c->now_utc);
	compare_signed(c, z, &zone);
	check_signatures(c, z);
}

void
check_zone_files(struct check *c)
{
	const struct plan *plan = c->plan;

	c->zones = arena_alloc(c->a, plan->zones_n * sizeof *c->zones);
	for (size_t i = 0; i < plan->zones_n; i++) {
		struct check_zone *z = &c->zones[i];

		z->plan = &plan->zones[i];
		z->file = arena_printf(c->a, "%s/%s", c->dir, z->plan->file);
		z->signed_file = arena_printf(c->a, "%s.signed", z->file);
		check_one(c, z);
	}
}

/* The data of the DS records that a zone above holds. */
static void
ds_of_parent(struct check *c, struct check_zone *z, const struct check_zone *parent)
{
	const struct zonefile_rrset *set =
	    parent->loaded ? zonefile_find(&parent->zone, z->zone.apex, LDNS_RR_TYPE_DS) : NULL;

	z->ds = arena_alloc(c->a, ((set ? set->rrs_n : 0) + 1) * sizeof *z->ds);
	for (size_t i = 0; set && i < set->rrs_n; i++)
		z->ds[z->ds_n++] = zonefile_data(c->a, set->rrs[i]);
}

/* owner/ORIGIN.ds: one "ORIGIN. IN DS DATA" a line. */
static const char *
ds_of_owner(struct check *c, struct check_zone *z)
{
	const char *path = arena_printf(c->a, "%s/owner/%s.ds", c->dir, z->plan->origin);
	const char *intro = arena_printf(c->a, "%s. IN DS ", z->plan->origin);
	struct span text, line;

	if (!check_read(c, path, &text))
		return path;
	z->ds = arena_alloc(c->a, (text.n / 8 + 1) * sizeof *z->ds);
	while (check_next_line(&text, &line))
		if (span_starts(line, span_str(intro)))
			z->ds[z->ds_n++] = arena_dup(c->a, span_from(line, strlen(intro)));
	return path;
}

/* Is it the DS of the key, but for the digest? */
static bool
is_recipe(struct check *c, const struct check_zone *z)
{
	const struct zonefile_rrset *keys =
	    zonefile_find(&z->zone, z->zone.apex, LDNS_RR_TYPE_DNSKEY);
	unsigned tag;

	if (!keys || z->ds_n != 1)
		return false;
	tag = ldns_calc_keytag(keys->rrs[0]);
	return span_starts(span_str(z->ds[0]), span_str(arena_printf(c->a, "%u %d %d ", tag,
						   ZONE_KEY_ALGORITHM, ZONE_KEY_DIGEST))) &&
	       strlen(strrchr(z->ds[0], ' ')) == 1 + 64;
}

static void
check_ds(struct check *c, struct check_zone *z, const char *where)
{
	const char *why_not = proof_keys(&z->proof, z->ds, z->ds_n);
	const char *what = arena_printf(c->a, "the DS record of %s", z->plan->origin);

	if (z->plan->trust == TRUST_SIGNED && why_not)
		check_finding(c, where, arena_printf(c->a, "%s: %s", what, why_not),
		    z->ds_n ? "validating resolvers refuse the zone, which is meant to be whole"
			    : "resolvers take the zone for unsigned",
		    z->plan->parent ? "run emt-site sign"
				    : "run emt-site sign, and give the parent the DS record again");
	if (z->plan->trust == TRUST_DS_BROKEN && !why_not)
		check_finding(c, where, arena_printf(c->a, "%s matches its key", what),
		    "the zone is meant to be broken: every sender would get through",
		    "run emt-site sign");
	if (z->plan->trust == TRUST_DS_BROKEN && why_not && !is_recipe(c, z))
		check_finding(c, where,
		    arena_printf(c->a, "%s is not as the recipe %s says: %s", what,
			recipes[RECIPE_DS_NO_KEY].name, recipes[RECIPE_DS_NO_KEY].what),
		    "broken in another way: some validators take the zone for unsigned",
		    "run emt-site sign");
}

void
check_zone_ds(struct check *c)
{
	for (size_t i = 0; i < c->plan->zones_n; i++) {
		struct check_zone *z = &c->zones[i];
		const struct check_zone *parent =
		    z->plan->parent ? &c->zones[z->plan->parent - c->plan->zones] : NULL;
		const char *where = parent ? parent->signed_file : NULL;

		if (!z->loaded)
			continue;
		if (parent)
			ds_of_parent(c, z, parent);
		else
			where = ds_of_owner(c, z);
		if (!parent || parent->loaded)
			check_ds(c, z, where);
	}
}
