/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/zone_text.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>

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
	if (name->nsec || name->nsec_signatures)
		return complain(r, name->name, "NSEC record in an unsigned zone; take it out");
	for (const ldns_dnssec_rrsets *set = name->rrsets; set; set = set->next) {
		if (!set->rrs || set->signatures || signers_own(set->type))
			return complain(r, name->name,
			    "DNSSEC record in an unsigned zone; take it out, signing adds it");
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

static const char *
read_zone(struct reader *r)
{
	FILE *in = fopen(r->file, "re");
	int line = 0;
	ldns_status st;

	if (!in)
		return arena_printf(
		    r->a, "%s: %s; render the site first", r->file, strerror(errno));
	st = ldns_dnssec_zone_new_frm_fp_l(&r->zone, in, r->origin, 0, LDNS_RR_CLASS_IN, &line);
	fclose(in);
	if (st == LDNS_STATUS_OK)
		return check_zone(r);
	r->zone = NULL;
	return arena_printf(
	    r->a, "%s:%d: %s; mend the line", r->file, line, ldns_get_errorstr_by_id(st));
}

const char *
zone_text_read(
    struct arena *a, const char *file, const char *origin, struct ldns_struct_dnssec_zone **zone)
{
	struct reader r = {.a = a, .file = file, .origin = must(ldns_dname_new_frm_str(origin))};
	const char *error = read_zone(&r);

	ldns_rdf_deep_free(r.origin);
	*zone = r.zone;
	return error;
}
