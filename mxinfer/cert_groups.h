/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cert_groups - names that stand together on a trusted certificate belong to one group, over all
 * certificates (emt-mxinfer(1), step 3): union-find, iterative, with compression.
 *
 * A group is called by the registered domain of its best name: the one whose registered domain is
 * in most domains, then the bytewise smallest.  That is a total order, so the groups and what they
 * are called depend on no order of input. */
#ifndef EMT_MXINFER_CERT_GROUPS_H
#define EMT_MXINFER_CERT_GROUPS_H

#include "mxinfer/counts.h"

struct cert_groups {
	uint32_t *parent; /* by name; itself: a root, or alone */
	uint32_t *best;   /* by root: its best name; 0: not looked for */
	size_t names_n;
};

/* Every name alone. */
void cert_groups_init(struct cert_groups *g, size_t names_n);
void cert_groups_free(struct cert_groups *g);

void cert_groups_join(struct cert_groups *g, uint32_t a, uint32_t b);
uint32_t cert_groups_root(struct cert_groups *g, uint32_t name);

/* Joins the names of every certificate that counts->cert_used marks. */
void cert_groups_add(struct cert_groups *g, const struct population *p, const struct cert_table *t,
    const struct counts *counts);

/* Finds the best names; after it nothing is joined, and any number of threads may ask. */
void cert_groups_ready(
    struct cert_groups *g, const struct population *p, const struct counts *counts);

/* The registered domain (a name id) that the group of `name` is called by. */
static inline uint32_t
cert_groups_id(const struct cert_groups *g, const struct population *p, uint32_t name)
{
	return p->name_rd[g->best[g->parent[name]]];
}

#endif
