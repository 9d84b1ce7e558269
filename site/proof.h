/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof - what a validating resolver would believe of a zone file (RFC 4035 section 5, RFC 5155
 * section 8).
 *
 * Each question is answered by NULL, "proven", or by a few words why not, from the arena.  Only
 * what signing makes counts: algorithm 13, DS digest type 2, NSEC3; with anything else some
 * validator would take the zone for insecure. */
#ifndef EMT_PROOF_H
#define EMT_PROOF_H

#include "site/zonefile.h"

struct ldns_struct_rr_list;

struct proof {
	struct arena *a;
	const struct zonefile *zone;
	int64_t now_utc;
	struct ldns_struct_rr_list *keys; /* the zone's own */
};

void proof_begin(struct proof *p, struct arena *a, const struct zonefile *zone, int64_t now_utc);

/* Does one of the DS records ("TAG ALGORITHM TYPE DIGEST") stand for a key of the zone, and does
 * that key sign the zone's keys? */
const char *proof_keys(const struct proof *p, const char *const *ds, size_t ds_n)
    __attribute__((warn_unused_result));

/* Is there a signature of the RRset that a key of the zone made, and that holds now? */
const char *proof_rrset(const struct proof *p, const struct zonefile_rrset *set)
    __attribute__((warn_unused_result));

/* The name is there and has neither this type nor a CNAME. */
const char *proof_no_type(const struct proof *p, const struct ldns_struct_rdf *name, unsigned type)
    __attribute__((warn_unused_result));

/* The name is not there; with `wildcard`, nor is one in its place. */
const char *proof_no_name(const struct proof *p, const struct ldns_struct_rdf *name, bool wildcard)
    __attribute__((warn_unused_result));

/* The hash of a name: 32 characters of base32, lower case, as NSEC3 owners have them. */
enum { PROOF_HASH_LEN = 32 };
void proof_hash(const struct ldns_struct_rdf *name, char hash[PROOF_HASH_LEN + 1]);

/* The NSEC3 record with that hash, or NULL. */
const struct zonefile_rrset *proof_nsec3(
    const struct zonefile *zone, const char hash[PROOF_HASH_LEN + 1]);

/* The first label of the i-th NSEC3 record of the zone, and where its chain goes on. */
void proof_nsec3_owner(const struct zonefile_rrset *set, char hash[PROOF_HASH_LEN + 1]);
void proof_nsec3_next(const struct zonefile_rrset *set, char hash[PROOF_HASH_LEN + 1]);

#endif
