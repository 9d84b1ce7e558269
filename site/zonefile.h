/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonefile - a zone as its file says, signed or not, in an order in which names are found.
 *
 * For check: it holds what stands there, right or wrong.  RRsets are ordered by owner (canonical
 * order, RFC 4034 section 6.1) and type; a signature belongs to the RRset that it covers. */
#ifndef EMT_ZONEFILE_H
#define EMT_ZONEFILE_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"

struct ldns_struct_rdf;
struct ldns_struct_rr;

struct zonefile_rrset {
	const struct ldns_struct_rdf *owner;
	unsigned type;
	struct ldns_struct_rr **rrs, **signatures; /* either may be empty */
	size_t rrs_n, signatures_n;
};

struct zonefile {
	const char *file, *origin;
	struct ldns_struct_rdf *apex;
	struct zonefile_rrset *sets;
	size_t sets_n;
	size_t *nsec3; /* places in `sets` of the NSEC3 records, in the order of their hashes */
	size_t nsec3_n;
};

/* Reads it; everything is the arena's.  NULL, or "FILE[:LINE]: what, and the mend". */
const char *zonefile_read(struct arena *a, const char *file, const char *origin,
    struct zonefile *zone) __attribute__((warn_unused_result));

/* The same from an open file, which it closes; `file` names it in messages. */
const char *zonefile_read_from(struct arena *a, FILE *in_own, const char *file, const char *origin,
    struct zonefile *zone) __attribute__((warn_unused_result));

/* NULL if there is no such RRset. */
const struct zonefile_rrset *zonefile_find(
    const struct zonefile *zone, const struct ldns_struct_rdf *owner, unsigned type);

/* The first RRset at the name, or NULL; those that follow may have the same owner. */
const struct zonefile_rrset *zonefile_at(
    const struct zonefile *zone, const struct ldns_struct_rdf *owner);

/* Is there anything at the name or below it, NSEC3 records apart (RFC 4592 section 2.2.2)? */
bool zonefile_exists(const struct zonefile *zone, const struct ldns_struct_rdf *owner);

/* The highest delegation from the apex on the way to the name, or NULL: what stands below it, and
 * everything but DS at it, is not the zone's own. */
const struct zonefile_rrset *zonefile_cut(
    const struct zonefile *zone, const struct ldns_struct_rdf *name);

/* The data of a record as zone files write it, the arena's. */
const char *zonefile_data(struct arena *a, const struct ldns_struct_rr *rr);

/* The owner as text without the dot at its end, the arena's. */
const char *zonefile_text(struct arena *a, const struct ldns_struct_rdf *name);

#endif
