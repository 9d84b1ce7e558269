/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/zone_verify.h"

#include <ldns/ldns.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "site/zone_key.h"

enum {
	THREADS_MAX = 16,
	SHARE_MIN = 500, /* RRsets; for fewer a thread does not pay */
};

/* An RRset of the zone's own: neither below a delegation nor its NS or glue. */
struct own {
	const struct zonefile_rrset **v;
	size_t n;
};

struct share {
	pthread_t thread;
	struct proof proof; /* with an arena and keys of its own */
	const struct zonefile_rrset **sets;
	size_t sets_n;
	struct zone_verified found;
};

static void
trouble(struct zone_verified *found, const char *what)
{
	if (found->troubles_n < ZONE_VERIFY_SHOWN)
		found->troubles[found->troubles_n] = what;
	found->troubles_n++;
}

static void
verify_set(struct share *s, const struct zonefile_rrset *set)
{
	const char *why;

	for (size_t i = 0; i < set->signatures_n; i++) {
		const ldns_rr *signature = set->signatures[i];
		int64_t expiry = ldns_rdf2native_int32(ldns_rr_rrsig_expiration(signature));
		int64_t begin = ldns_rdf2native_int32(ldns_rr_rrsig_inception(signature));

		s->found.signatures_n++;
		if (expiry < s->found.first_expiry_utc) {
			s->found.first_expiry_utc = expiry;
			s->found.validity_s = expiry - begin;
		}
		if (ldns_rdf2native_int8(ldns_rr_rrsig_algorithm(signature)) != ZONE_KEY_ALGORITHM)
			trouble(&s->found,
			    arena_printf(s->proof.a, "a signature of %s is not of algorithm 13",
				zonefile_text(s->proof.a, set->owner)));
	}
	why = proof_rrset(&s->proof, set);
	if (why)
		trouble(&s->found, why);
}

static void *
verify_share(void *share)
{
	struct share *s = share;

	for (size_t i = 0; i < s->sets_n; i++)
		verify_set(s, s->sets[i]);
	return NULL;
}

static void
join(struct arena *a, struct zone_verified *found, const struct zone_verified *part)
{
	size_t shown = part->troubles_n < ZONE_VERIFY_SHOWN ? part->troubles_n : ZONE_VERIFY_SHOWN;

	for (size_t i = 0; i < shown; i++)
		trouble(found, arena_dup(a, span_str(part->troubles[i])));
	found->troubles_n += part->troubles_n - shown;
	found->signatures_n += part->signatures_n;
	if (part->first_expiry_utc < found->first_expiry_utc) {
		found->first_expiry_utc = part->first_expiry_utc;
		found->validity_s = part->validity_s;
	}
}

static void
verify_signatures(const struct proof *p, const struct own *own, struct zone_verified *found)
{
	struct share shares[THREADS_MAX] = {0};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = cpus > 0 ? (size_t)cpus : 1;

	if (n > own->n / SHARE_MIN + 1)
		n = own->n / SHARE_MIN + 1;
	if (n > THREADS_MAX)
		n = THREADS_MAX;
	for (size_t i = 0; i < n; i++) {
		struct share *s = &shares[i];
		size_t from = own->n * i / n, to = own->n * (i + 1) / n;

		proof_begin(&s->proof, arena_new(), p->zone, p->now_utc);
		s->sets = own->v + from;
		s->sets_n = to - from;
		s->found.first_expiry_utc = INT64_MAX;
		if (i && pthread_create(&s->thread, NULL, verify_share, s))
			out_of_memory();
	}
	verify_share(&shares[0]);
	for (size_t i = 0; i < n; i++) {
		if (i)
			pthread_join(shares[i].thread, NULL);
		join(p->a, found, &shares[i].found);
		arena_free(shares[i].proof.a);
	}
}

/* The names of the zone that an NSEC3 record has to be there for. */
struct chain {
	const struct proof *p;
	struct zone_verified *found;
	bool foreign; /* hashed in another way than ours: told once, and no name is looked up */
	size_t names_n;
	const ldns_rdf *previous; /* name of the zone's own */
};

static void
expect_nsec3(struct chain *c, const ldns_rdf *name, ldns_rr_type *types, size_t types_n)
{
	struct arena *a = c->p->a;
	char hash[PROOF_HASH_LEN + 1];
	const struct zonefile_rrset *set;
	ldns_rdf *want, *got;
	bool same;

	c->names_n++;
	if (c->foreign)
		return;
	proof_hash(name, hash);
	set = proof_nsec3(c->p->zone, hash);
	if (!set || set->rrs_n != 1) {
		trouble(c->found,
		    arena_printf(a, "%s has no NSEC3 record, or several", zonefile_text(a, name)));
		return;
	}
	want = must(ldns_dnssec_create_nsec_bitmap(types, types_n, LDNS_RR_TYPE_NSEC3));
	got = ldns_nsec3_bitmap(set->rrs[0]);
	same = types_n ? got && ldns_rdf_compare(want, got) == 0 : !got || ldns_rdf_size(got) == 0;
	ldns_rdf_deep_free(want);
	if (!same)
		trouble(c->found, arena_printf(a, "the NSEC3 record of %s names other types",
				      zonefile_text(a, name)));
}

/* Names between this one and the apex that hold nothing themselves (RFC 5155 section 7.1). */
static void
expect_empty(struct chain *c, const ldns_rdf *name)
{
	size_t labels = ldns_dname_label_count(name),
	       apex = ldns_dname_label_count(c->p->zone->apex);

	for (size_t up = 1; labels > up + apex; up++) {
		ldns_rdf *upper = must(ldns_dname_clone_from(name, (uint16_t)up));
		bool known = (c->previous && (ldns_dname_compare(c->previous, upper) == 0 ||
						 ldns_dname_is_subdomain(c->previous, upper))) ||
			     zonefile_at(c->p->zone, upper);

		if (!known)
			expect_nsec3(c, upper, NULL, 0);
		ldns_rdf_deep_free(upper);
		if (known)
			break;
	}
}

/* Takes all RRsets of one name, `sets` to `end`; says which of them are signed. */
static void
take_name(struct chain *c, const struct zonefile_rrset *sets, const struct zonefile_rrset *end,
    bool cut, struct own *own)
{
	ldns_rr_type types[64];
	size_t types_n = 0, signed_n = own->n;

	for (const struct zonefile_rrset *set = sets; set < end; set++) {
		bool is_own = !cut || set->type == LDNS_RR_TYPE_DS;

		if (set->rrs_n == 0 || (!is_own && set->signatures_n))
			trouble(c->found,
			    arena_printf(c->p->a, "%s has a signature of nothing of the zone's own",
				zonefile_text(c->p->a, set->owner)));
		if (set->rrs_n && is_own)
			own->v[own->n++] = set;
		if (set->rrs_n && (is_own || set->type == LDNS_RR_TYPE_NS) && types_n < 63)
			types[types_n++] = set->type;
	}
	if (own->n > signed_n)
		types[types_n++] = LDNS_RR_TYPE_RRSIG;
	expect_empty(c, sets->owner);
	expect_nsec3(c, sets->owner, types, types_n);
	c->previous = sets->owner;
}

static void
take_names(struct chain *c, struct own *own)
{
	const struct zonefile *zone = c->p->zone;
	const struct zonefile_rrset *end = zone->sets + zone->sets_n, *next;
	const ldns_rdf *cut = NULL;

	for (const struct zonefile_rrset *set = zone->sets; set < end; set = next) {
		bool is_cut = false;

		for (next = set + 1;
		     next < end && ldns_dname_compare(next->owner, set->owner) == 0;)
			next++;
		if (set->type == LDNS_RR_TYPE_NSEC3 && next == set + 1) {
			own->v[own->n++] = set;
			continue;
		}
		if (cut && ldns_dname_is_subdomain(set->owner, cut)) {
			for (; set < next; set++)
				if (set->signatures_n)
					trouble(c->found, arena_printf(c->p->a,
							      "%s lies below a delegation and is "
							      "signed",
							      zonefile_text(c->p->a, set->owner)));
			continue;
		}
		is_cut = ldns_dname_compare(set->owner, zone->apex) != 0 &&
			 zonefile_find(zone, set->owner, LDNS_RR_TYPE_NS);
		cut = is_cut ? set->owner : NULL;
		take_name(c, set, next, is_cut, own);
	}
}

static void
check_parameters(struct chain *c)
{
	const struct zonefile *zone = c->p->zone;

	for (size_t i = 0; i < zone->nsec3_n && !c->foreign; i++) {
		const struct zonefile_rrset *set = &zone->sets[zone->nsec3[i]];
		const ldns_rr *rr = set->rrs_n ? set->rrs[0] : NULL;

		c->foreign = rr && (ldns_nsec3_algorithm(rr) != LDNS_SHA1 || ldns_nsec3_flags(rr) ||
				       ldns_nsec3_iterations(rr) || ldns_nsec3_salt_length(rr));
		if (c->foreign)
			trouble(c->found, arena_printf(c->p->a,
					      "NSEC3 record %s has opt-out, iterations, a salt or "
					      "an unknown hash",
					      zonefile_text(c->p->a, set->owner)));
	}
}

static void
check_chain(struct chain *c)
{
	const struct zonefile *zone = c->p->zone;
	char owner[PROOF_HASH_LEN + 1], next[PROOF_HASH_LEN + 1];

	if (zone->nsec3_n != c->names_n)
		trouble(c->found, arena_printf(c->p->a, "%zu NSEC3 records for %zu names",
				      zone->nsec3_n, c->names_n));
	for (size_t i = 0; i < zone->nsec3_n; i++) {
		const struct zonefile_rrset *set = &zone->sets[zone->nsec3[i]];

		proof_nsec3_next(set, next);
		proof_nsec3_owner(&zone->sets[zone->nsec3[(i + 1) % zone->nsec3_n]], owner);
		if (strcmp(owner, next) != 0)
			trouble(c->found,
			    arena_printf(c->p->a, "the chain of NSEC3 records is cut behind %s",
				zonefile_text(c->p->a, set->owner)));
	}
}

void
zone_verify(const struct proof *p, struct zone_verified *found)
{
	struct chain chain = {.p = p, .found = found};
	struct own own = {arena_alloc(p->a, p->zone->sets_n * sizeof(struct zonefile_rrset *)), 0};

	*found = (struct zone_verified){.first_expiry_utc = INT64_MAX};
	if (!zonefile_find(p->zone, p->zone->apex, LDNS_RR_TYPE_DNSKEY))
		trouble(found, "no DNSKEY record");
	if (!zonefile_find(p->zone, p->zone->apex, LDNS_RR_TYPE_NSEC3PARAM))
		trouble(found, "no NSEC3PARAM record");
	check_parameters(&chain);
	take_names(&chain, &own);
	check_chain(&chain);
	verify_signatures(p, &own, found);
}
