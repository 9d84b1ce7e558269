/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/proof.h"

#include <ldns/ldns.h>
#include <stdlib.h>

#include "site/zone_key.h"

static void
free_list(void *list)
{
	ldns_rr_list_free(list); /* the records are the zone's */
}

/* A list of ldns over records that stay the zone's. */
static ldns_rr_list *
listed(ldns_rr *const *v, size_t n)
{
	ldns_rr_list *list = must(ldns_rr_list_new());

	for (size_t i = 0; i < n; i++)
		if (!ldns_rr_list_push_rr(list, v[i]))
			out_of_memory();
	return list;
}

void
proof_begin(struct proof *p, struct arena *a, const struct zonefile *zone, int64_t now_utc)
{
	const struct zonefile_rrset *keys = zonefile_find(zone, zone->apex, LDNS_RR_TYPE_DNSKEY);

	*p = (struct proof){.a = a, .zone = zone, .now_utc = now_utc};
	p->keys = listed(keys ? keys->rrs : NULL, keys ? keys->rrs_n : 0);
	arena_defer(a, free_list, p->keys);
}

static const char *
verify(const struct proof *p, const struct zonefile_rrset *set, const ldns_rr_list *keys)
{
	ldns_rr_list *rrs, *signatures;
	ldns_status st;

	if (set->signatures_n == 0)
		return arena_printf(p->a, "%s has no signature", zonefile_text(p->a, set->owner));
	rrs = listed(set->rrs, set->rrs_n);
	signatures = listed(set->signatures, set->signatures_n);
	st = ldns_verify_time(rrs, signatures, keys, (time_t)p->now_utc, NULL);
	ldns_rr_list_free(rrs);
	ldns_rr_list_free(signatures);
	return st == LDNS_STATUS_OK
		   ? NULL
		   : arena_printf(p->a, "the signature of %s does not hold: %s",
			 zonefile_text(p->a, set->owner), ldns_get_errorstr_by_id(st));
}

const char *
proof_rrset(const struct proof *p, const struct zonefile_rrset *set)
{
	return verify(p, set, p->keys);
}

static bool
stands_for(const ldns_rr *ds, const ldns_rr *key)
{
	ldns_rr *made = must(ldns_key_rr2ds(key, LDNS_SHA256));
	bool same = true;

	for (size_t i = 0; i < 4 && same; i++)
		same = ldns_rdf_compare(ldns_rr_rdf(ds, i), ldns_rr_rdf(made, i)) == 0;
	ldns_rr_free(made);
	return same;
}

const char *
proof_keys(const struct proof *p, const char *const *ds, size_t ds_n)
{
	const struct zonefile_rrset *keys =
	    zonefile_find(p->zone, p->zone->apex, LDNS_RR_TYPE_DNSKEY);
	const char *why = "no DS record stands for a key of the zone";

	if (!keys)
		return "the zone has no DNSKEY record";
	for (size_t i = 0; i < ds_n && why; i++) {
		const char *text = arena_printf(p->a, "%s. 0 IN DS %s", p->zone->origin, ds[i]);
		ldns_rr *rr = NULL;

		if (ldns_rr_new_frm_str(&rr, text, 0, NULL, NULL) != LDNS_STATUS_OK)
			continue;
		for (size_t k = 0; k < keys->rrs_n && why; k++)
			if (ldns_rr_rd_count(rr) == 4 && stands_for(rr, keys->rrs[k])) {
				ldns_rr_list *key = listed(&keys->rrs[k], 1);

				why = verify(p, keys, key);
				ldns_rr_list_free(key);
			}
		ldns_rr_free(rr);
	}
	return why;
}

/* The label in lower case; one of another length becomes empty, and matches nothing. */
static void
take_hash(const char *p, size_t n, char hash[PROOF_HASH_LEN + 1])
{
	for (size_t i = 0; i < PROOF_HASH_LEN; i++)
		hash[i] = n == PROOF_HASH_LEN ? to_lower(p[i]) : '\0';
	hash[PROOF_HASH_LEN] = '\0';
}

void
proof_hash(const ldns_rdf *name, char hash[PROOF_HASH_LEN + 1])
{
	ldns_rdf *lower = must(ldns_rdf_clone(name)), *hashed;

	ldns_dname2canonical(lower);
	hashed = must(ldns_nsec3_hash_name(lower, LDNS_SHA1, 0, 0, NULL));
	take_hash((const char *)ldns_rdf_data(hashed) + 1, ldns_rdf_data(hashed)[0], hash);
	ldns_rdf_deep_free(hashed);
	ldns_rdf_deep_free(lower);
}

void
proof_nsec3_owner(const struct zonefile_rrset *set, char hash[PROOF_HASH_LEN + 1])
{
	take_hash((const char *)ldns_rdf_data(set->owner) + 1, ldns_rdf_data(set->owner)[0], hash);
}

void
proof_nsec3_next(const struct zonefile_rrset *set, char hash[PROOF_HASH_LEN + 1])
{
	const ldns_rdf *next = set->rrs_n ? ldns_nsec3_next_owner(set->rrs[0]) : NULL;
	char *text = next ? ldns_rdf2str(next) : NULL;

	take_hash(text ? text : "", text ? strlen(text) : 0, hash);
	free(text);
}

/* How many NSEC3 records have a hash up to this one. */
static size_t
place_of(const struct zonefile *zone, const char *hash)
{
	size_t low = 0, high = zone->nsec3_n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		char there[PROOF_HASH_LEN + 1];

		proof_nsec3_owner(&zone->sets[zone->nsec3[middle]], there);
		if (strcmp(there, hash) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct zonefile_rrset *
proof_nsec3(const struct zonefile *zone, const char hash[PROOF_HASH_LEN + 1])
{
	size_t at = place_of(zone, hash);
	char there[PROOF_HASH_LEN + 1];

	if (at == 0)
		return NULL;
	proof_nsec3_owner(&zone->sets[zone->nsec3[at - 1]], there);
	return strcmp(there, hash) == 0 ? &zone->sets[zone->nsec3[at - 1]] : NULL;
}

/* Opt-out would leave room for names that nobody signs. */
static const char *
check_parameters(const struct proof *p, const struct zonefile_rrset *set)
{
	const ldns_rr *rr = set->rrs_n ? set->rrs[0] : NULL;

	if (!rr || ldns_nsec3_algorithm(rr) != LDNS_SHA1 || ldns_nsec3_flags(rr) ||
	    ldns_nsec3_iterations(rr) || ldns_nsec3_salt_length(rr))
		return arena_printf(p->a,
		    "NSEC3 %s has opt-out, iterations, a salt or an unknown hash",
		    zonefile_text(p->a, set->owner));
	return proof_rrset(p, set);
}

static const char *
matched(const struct proof *p, const ldns_rdf *name, const struct zonefile_rrset **set)
{
	char hash[PROOF_HASH_LEN + 1];

	proof_hash(name, hash);
	*set = proof_nsec3(p->zone, hash);
	return *set ? check_parameters(p, *set)
		    : arena_printf(p->a, "no NSEC3 record matches %s", zonefile_text(p->a, name));
}

/* Is there an NSEC3 record whose gap the name's hash falls into? */
static const char *
covered(const struct proof *p, const ldns_rdf *name)
{
	char hash[PROOF_HASH_LEN + 1], owner[PROOF_HASH_LEN + 1], next[PROOF_HASH_LEN + 1];
	const struct zonefile_rrset *set;
	size_t at;

	if (p->zone->nsec3_n == 0)
		return "the zone has no NSEC3 records";
	proof_hash(name, hash);
	at = place_of(p->zone, hash);
	set = &p->zone->sets[p->zone->nsec3[at ? at - 1 : p->zone->nsec3_n - 1]];
	proof_nsec3_owner(set, owner);
	proof_nsec3_next(set, next);
	/* The last record's gap goes on at the beginning. */
	if (strcmp(owner, next) < 0 ? strcmp(owner, hash) < 0 && strcmp(hash, next) < 0
				    : strcmp(owner, hash) < 0 || strcmp(hash, next) < 0)
		return check_parameters(p, set);
	return arena_printf(p->a, "no NSEC3 record covers %s", zonefile_text(p->a, name));
}

const char *
proof_no_type(const struct proof *p, const ldns_rdf *name, unsigned type)
{
	const struct zonefile_rrset *set;
	const char *why = matched(p, name, &set);
	ldns_rdf *bitmap;

	if (why)
		return why;
	bitmap = ldns_nsec3_bitmap(set->rrs[0]);
	if (bitmap && (ldns_nsec_bitmap_covers_type(bitmap, type) ||
			  ldns_nsec_bitmap_covers_type(bitmap, LDNS_RR_TYPE_CNAME)))
		return arena_printf(p->a, "the NSEC3 record of %s says that the type is there",
		    zonefile_text(p->a, name));
	return NULL;
}

const char *
proof_no_name(const struct proof *p, const ldns_rdf *name, bool wildcard)
{
	size_t labels = ldns_dname_label_count(name), up = 1;
	const struct zonefile_rrset *set;
	const char *why = "the name lies outside the zone";

	/* The closest encloser is the longest name above that is there. */
	for (; up < labels; up++) {
		ldns_rdf *encloser = must(ldns_dname_clone_from(name, (uint16_t)up));
		ldns_rdf *next = must(ldns_dname_clone_from(name, (uint16_t)(up - 1))), *star;
		bool last = ldns_dname_compare(encloser, p->zone->apex) == 0;

		why = matched(p, encloser, &set);
		if (!why) {
			why = covered(p, next);
			star = must(ldns_dname_new_frm_str("*"));
			if (ldns_dname_cat(star, encloser) != LDNS_STATUS_OK)
				out_of_memory();
			if (!why && wildcard)
				why = covered(p, star);
			ldns_rdf_deep_free(star);
			last = true;
		}
		ldns_rdf_deep_free(encloser);
		ldns_rdf_deep_free(next);
		if (last)
			break;
	}
	return why;
}
