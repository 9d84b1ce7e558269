/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/zone_text.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdlib.h>

#include "site/zone_records.h"

struct reader {
	struct arena *a;
	const char *file;
	ldns_rdf *origin;
	ldns_dnssec_zone *zone;
};

static const char *
owner_text(struct reader *r, const ldns_rdf *owner)
{
	char *text = must(ldns_rdf2str(owner));
	const char *kept = arena_dup(r->a, span_str(text));

	free(text);
	return kept;
}

static const char *
complain(struct reader *r, const ldns_rdf *owner, const char *what)
{
	return arena_printf(r->a, "%s: %s: %s", r->file, owner_text(r, owner), what);
}

static bool
signers_own(ldns_rr_type type)
{
	return type == LDNS_RR_TYPE_RRSIG || type == LDNS_RR_TYPE_NSEC ||
	       type == LDNS_RR_TYPE_NSEC3 || type == LDNS_RR_TYPE_NSEC3PARAM ||
	       type == LDNS_RR_TYPE_DNSKEY;
}

static const char *
check_name(struct reader *r, const ldns_dnssec_name *name)
{
	bool apex = ldns_dname_compare(name->name, r->origin) == 0;

	if (!apex && !ldns_dname_is_subdomain(name->name, r->origin))
		return complain(r, name->name,
		    "lies outside the zone; take the record out (a dot too many or too few?)");
	for (const ldns_dnssec_rrsets *set = name->rrsets; set; set = set->next) {
		if (set->type == LDNS_RR_TYPE_CNAME && (set->rrs->next || name->rrsets->next))
			return complain(r, name->name,
			    "CNAME beside other records (RFC 1034 section 3.6.2); take one out");
	}
	return NULL;
}

static const char *
check_zone(struct reader *r)
{
	const char *error = NULL;

	if (!r->zone->names || !ldns_dnssec_zone_find_rrset(r->zone, r->origin, LDNS_RR_TYPE_SOA) ||
	    !ldns_dnssec_zone_find_rrset(r->zone, r->origin, LDNS_RR_TYPE_NS))
		return complain(r, r->origin, "no SOA or no NS record at the apex; add it");
	for (ldns_rbnode_t *node = ldns_rbtree_first(r->zone->names);
	     !error && node != LDNS_RBTREE_NULL; node = ldns_rbtree_next(node))
		error = check_name(r, (const ldns_dnssec_name *)node->data);
	return error;
}

/* ldns would keep a record that is there twice, and lose it. */
static bool
is_known(const ldns_dnssec_zone *zone, const ldns_rr *rr)
{
	const ldns_dnssec_rrsets *set =
	    ldns_dnssec_zone_find_rrset(zone, ldns_rr_owner(rr), ldns_rr_get_type(rr));

	for (const ldns_dnssec_rrs *there = set ? set->rrs : NULL; there; there = there->next)
		if (ldns_rr_compare(there->rr, rr) == 0)
			return true;
	return false;
}

/* Each record becomes the zone's; one that no unsigned zone has ends it. */
static const char *
add_records(struct reader *r, ldns_rr_list *records)
{
	bool soa = false;

	for (ldns_rr *rr; (rr = ldns_rr_list_pop_rr(records)) != NULL;) {
		const char *error = NULL;

		if (signers_own(ldns_rr_get_type(rr)))
			error = complain(r, ldns_rr_owner(rr),
			    "DNSSEC record in an unsigned zone; take it out, signing adds it");
		else if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA && soa)
			error = complain(r, ldns_rr_owner(rr), "a second SOA record; take it out");
		soa = soa || ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA;
		if (error || is_known(r->zone, rr)) {
			ldns_rr_free(rr);
			if (error)
				return error;
		} else if (ldns_dnssec_zone_add_rr(r->zone, rr) != LDNS_STATUS_OK) {
			out_of_memory();
		}
	}
	return NULL;
}

static const char *
read_zone(struct reader *r, const char *origin)
{
	FILE *in = fopen(r->file, "re");
	ldns_rr_list *records;
	const char *error;

	if (!in)
		return arena_printf(
		    r->a, "%s: %s; render the site first", r->file, strerror(errno));
	error = zone_records_read(r->a, in, r->file, origin, &records);
	if (error)
		return error;
	r->zone = must(ldns_dnssec_zone_new());
	error = add_records(r, records);
	ldns_rr_list_deep_free(records);
	return error ? error : check_zone(r);
}

const char *
zone_text_read(
    struct arena *a, const char *file, const char *origin, struct ldns_struct_dnssec_zone **zone)
{
	struct reader r = {.a = a, .file = file, .origin = must(ldns_dname_new_frm_str(origin))};
	const char *error = read_zone(&r, origin);

	ldns_rdf_deep_free(r.origin);
	*zone = r.zone;
	return error;
}
