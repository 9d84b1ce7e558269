/* SPDX-License-Identifier: GPL-3.0-or-later */
/* counts - in how many domains each MX name, each address and each registered domain of a trusted
 * certificate is, among their primary MX (emt-mxinfer(1), step 2).
 *
 * Sums over domains: neither their order nor the number of threads matters. */
#ifndef EMT_MXINFER_COUNTS_H
#define EMT_MXINFER_COUNTS_H

#include "mxinfer/view.h"

/* The certificates of a population: the registered domains in each, and which name stands for it.
 */
struct cert_table {
	struct cert_entry {
		size_t rds_at; /* in rds */
		uint32_t
		    rds_n;     /* each once; with compat "no registered domain" is 0 and one, too */
		uint32_t name; /* one of its names that has one; with compat the first; 0: none */
		uint32_t least;   /* the bytewise smallest of these; with compat the first */
		uint32_t names_n; /* those that count */
	} * certs;                /* by certificate */
	uint32_t *rds;
	size_t rds_n, rds_room;
};

/* Of a settled population. */
void cert_table_init(struct cert_table *t, const struct population *p);
void cert_table_free(struct cert_table *t);

/* The certificate of a host, if it is trusted and has names that count; else NULL. */
const struct cert_entry *cert_table_trusted(
    const struct cert_table *t, const struct population_host *host);

struct counts {
	uint32_t *mx;      /* by name */
	uint32_t *rd;      /* by name */
	uint32_t *address; /* by address without variant */
	size_t names_n, addresses_n;
	uint8_t *cert_used; /* by certificate: it was trusted at an address of a primary MX */
};

/* All zero, with room for all that the population has. */
void counts_init(struct counts *c, const struct population *p);
void counts_free(struct counts *c);

/* Adds every domain of the population. */
void counts_add(
    struct counts *c, const struct population *p, const struct cert_table *certs, unsigned threads);

#endif
