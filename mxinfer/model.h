/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model - what an inference must know of a whole population: the counts, and which names of
 * certificates belong together.  Models of parts are added up, in any order, to that of the whole:
 * sums and unions, written in the order of the names, so that equal models are equal files.
 *
 * A model file, all numbers of fixed size with the lowest octet first, others with seven bits an
 * octet, the lowest first, the highest bit set but for the last:
 *	"emt-mx-model"  u32 version (1)  u64 time of the Public Suffix List  u64 domains  u64 names
 *	u64 addresses
 *	for each name, bytewise ascending: octets that it shares with the one before (u8), others
 *(u8), these; in how many domains as an MX; as a registered domain of certificates; its group: the
 *	place of the first name in it, from 1, or 0 if it is alone
 *	for each address, IPv4 first, ascending: 4 or 6 (u8), its octets; in how many domains
 *	SHA-256 of all that
 * A file that is not exactly this is refused. */
#ifndef EMT_MXINFER_MODEL_H
#define EMT_MXINFER_MODEL_H

#include <stdio.h>

#include "mxinfer/cert_groups.h"

struct model {
	int64_t psl_utc;
	uint64_t domains_n;
	struct intern names;
	uint32_t *mx, *rd, *parent; /* by name */
	size_t mx_room, rd_room, parent_room;
	struct intern_records addresses; /* octets, v6 */
	uint32_t *address;
	size_t address_room;
};

void model_init(struct model *m, int64_t psl_utc);
void model_free(struct model *m);

/* Adds what was counted in a population. */
void model_add(struct model *m, const struct population *p, const struct counts *counts,
    struct cert_groups *groups);

bool model_write(struct model *m, FILE *out) __attribute__((warn_unused_result));

/* Adds the model of a file's octets.  NULL, or what is wrong with it; then m is of no use. */
const char *model_read(struct model *m, struct span file) __attribute__((warn_unused_result));

/* To a settled population come the names of the model that groups of its names can be called by. */
void model_join_names(const struct model *m, struct population *p);

/* Then the model's counts take the place of the population's own, and its groups are joined. */
void model_apply(const struct model *m, const struct population *p, struct counts *counts,
    struct cert_groups *groups);

#endif
