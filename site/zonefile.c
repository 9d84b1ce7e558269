/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/zonefile.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdlib.h>

#include "base/buf.h"
#include "site/zone_records.h"

const char *
zonefile_text(struct arena *a, const ldns_rdf *name)
{
	char *text = must(ldns_rdf2str(name));
	struct span s = span_str(text);
	const char *kept;

	if (s.n > 1 && s.p[s.n - 1] == '.')
		s.n--;
	kept = arena_dup(a, s);
	free(text);
	return kept;
}

const char *
zonefile_data(struct arena *a, const ldns_rr *rr)
{
	struct buf text;
	const char *kept;

	buf_init(&text, 1 << 17);
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		char *part = must(ldns_rdf2str(ldns_rr_rdf(rr, i)));

		buf_printf(&text, "%s%s", i ? " " : "", part);
		free(part);
	}
	kept = arena_dup(a, buf_span(&text));
	buf_free(&text);
	return kept;
}

/* The type under which a record is filed: a signature's is the one that it covers. */
static unsigned
filed_type(const ldns_rr *rr)
{
	return ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG
		   ? ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(rr))
		   : ldns_rr_get_type(rr);
}

static bool
is_signature(const ldns_rr *rr)
{
	return ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG;
}

/* The signatures of an RRset stand behind it. */
static int
by_place(const void *x, const void *y)
{
	const ldns_rr *a = *(ldns_rr *const *)x, *b = *(ldns_rr *const *)y;
	int order = ldns_dname_compare(ldns_rr_owner(a), ldns_rr_owner(b));
	unsigned type_a = filed_type(a), type_b = filed_type(b);

	if (order == 0)
		order = type_a < type_b ? -1 : type_a > type_b;
	return order ? order : is_signature(a) - is_signature(b);
}

static void
free_records(void *records)
{
	ldns_rr_list_deep_free(records);
}

static void
free_name(void *name)
{
	ldns_rdf_deep_free(name);
}

static void
file_record(struct zonefile *zone, ldns_rr **rr)
{
	struct zonefile_rrset *last = zone->sets_n ? &zone->sets[zone->sets_n - 1] : NULL;

	if (!last || last->type != filed_type(*rr) ||
	    ldns_dname_compare(last->owner, ldns_rr_owner(*rr))) {
		last = &zone->sets[zone->sets_n++];
		*last = (struct zonefile_rrset){.owner = ldns_rr_owner(*rr),
		    .type = filed_type(*rr),
		    .rrs = rr,
		    .signatures = rr};
	}
	if (is_signature(*rr))
		last->signatures_n++;
	else
		last->rrs_n++, last->signatures++;
}

static void
file_all(struct arena *a, struct zonefile *zone, const ldns_rr_list *records)
{
	size_t n = ldns_rr_list_rr_count(records);
	ldns_rr **v = arena_alloc(a, n * sizeof *v);

	for (size_t i = 0; i < n; i++)
		v[i] = ldns_rr_list_rr(records, i);
	if (n)
		qsort(v, n, sizeof *v, by_place);
	zone->sets = arena_alloc(a, n * sizeof *zone->sets);
	for (size_t i = 0; i < n; i++)
		file_record(zone, &v[i]);
	zone->nsec3 = arena_alloc(a, zone->sets_n * sizeof *zone->nsec3);
	for (size_t i = 0; i < zone->sets_n; i++)
		if (zone->sets[i].type == LDNS_RR_TYPE_NSEC3)
			zone->nsec3[zone->nsec3_n++] = i;
}

const char *
zonefile_read(struct arena *a, const char *file, const char *origin, struct zonefile *zone)
{
	FILE *in = fopen(file, "re");

	if (!in)
		return arena_printf(a, "%s: %s", file, strerror(errno));
	return zonefile_read_from(a, in, file, origin, zone);
}

const char *
zonefile_read_from(
    struct arena *a, FILE *in_own, const char *file, const char *origin, struct zonefile *zone)
{
	ldns_rr_list *records;
	const char *error = zone_records_read(a, in_own, file, origin, &records);

	*zone = (struct zonefile){.file = file, .origin = origin};
	if (error)
		return error;
	arena_defer(a, free_records, records);
	zone->apex = must(ldns_dname_new_frm_str(origin));
	arena_defer(a, free_name, zone->apex);
	file_all(a, zone, records);
	return NULL;
}

/* How many sets stand before (owner, type). */
static size_t
place_of(const struct zonefile *zone, const ldns_rdf *owner, unsigned type)
{
	size_t low = 0, high = zone->sets_n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = ldns_dname_compare(zone->sets[middle].owner, owner);

		if (order < 0 || (order == 0 && zone->sets[middle].type < type))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct zonefile_rrset *
zonefile_at(const struct zonefile *zone, const ldns_rdf *owner)
{
	size_t at = place_of(zone, owner, 0);

	return at < zone->sets_n && ldns_dname_compare(zone->sets[at].owner, owner) == 0
		   ? &zone->sets[at]
		   : NULL;
}

const struct zonefile_rrset *
zonefile_find(const struct zonefile *zone, const ldns_rdf *owner, unsigned type)
{
	size_t at = place_of(zone, owner, type);
	const struct zonefile_rrset *set = &zone->sets[at];

	return at < zone->sets_n && set->type == type && set->rrs_n &&
		       ldns_dname_compare(set->owner, owner) == 0
		   ? set
		   : NULL;
}

bool
zonefile_exists(const struct zonefile *zone, const ldns_rdf *owner)
{
	/* Names below a name follow it at once in canonical order. */
	for (size_t at = place_of(zone, owner, 0); at < zone->sets_n; at++) {
		const struct zonefile_rrset *set = &zone->sets[at];

		if (ldns_dname_compare(set->owner, owner) &&
		    !ldns_dname_is_subdomain(set->owner, owner))
			return false;
		if (set->type != LDNS_RR_TYPE_NSEC3)
			return true;
	}
	return false;
}

const struct zonefile_rrset *
zonefile_cut(const struct zonefile *zone, const ldns_rdf *name)
{
	size_t labels = ldns_dname_label_count(name), apex = ldns_dname_label_count(zone->apex);

	for (size_t keep = apex + 1; keep <= labels; keep++) {
		ldns_rdf *upper = must(ldns_dname_clone_from(name, (uint16_t)(labels - keep)));
		const struct zonefile_rrset *ns = zonefile_find(zone, upper, LDNS_RR_TYPE_NS);

		ldns_rdf_deep_free(upper);
		if (ns)
			return ns;
	}
	return NULL;
}
