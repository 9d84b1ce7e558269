/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mxfacts - a population for unit tests, filled with facts as readers hand them over. */
#ifndef EMT_TESTS_MXFACTS_H
#define EMT_TESTS_MXFACTS_H

#include "mxinfer/fact_writer.h"
#include "mxinfer/identify.h"
#include "base/keyed_hash.h"
#include "mxinfer/population.h"

enum { MXFACTS_NAMES_MAX = 16 };

/* One row; what is NULL or 0 is not there. */
struct mxfacts_row {
	const char *domain, *mx;
	unsigned preference;
	const char *address, *variant;
	unsigned as;
	const char *banner, *ehlo;
	const char *names; /* of the certificate, between blanks */
	bool trusted, implicit;
};

struct mxfacts {
	struct public_suffixes *suffixes;
	struct as_table *as_table;
	struct population population;
	struct fact_writer writer;
	struct buf batch;
	struct cert_table certs;
	struct counts counts;
	struct cert_groups groups;
	struct inference inference;
	size_t bad; /* facts of FACT_OP_BAD */
};

static inline void
mxfacts_begin(struct mxfacts *m, bool compat)
{
	*m = (struct mxfacts){.suffixes = public_suffixes_open(), .as_table = as_table_new()};
	population_init(&m->population, m->suffixes, m->as_table, compat);
	fact_writer_init(&m->writer, (struct fact_writer_params){.compat = compat});
	buf_init(&m->batch, SIZE_MAX / 4);
	fact_writer_begin(&m->writer, &m->batch);
	m->inference.options.compat = compat;
	m->inference.options.heuristics_threshold = 5;
	m->inference.options.map_company = true;
}

static inline uint32_t
mxfacts_host(struct facts *f, const struct mxfacts_row *row)
{
	struct span names[MXFACTS_NAMES_MAX], rest = span_str(row->names);
	struct fact_cert cert = {.names = names};
	struct fact_host host = {.trusted = row->trusted};

	if (!row->banner && !row->ehlo && !row->names)
		return 0;
	host.banner = span_str(row->banner);
	host.ehlo = span_str(row->ehlo);
	while (rest.p && rest.n)
		names[cert.names_n++] = span_cut(&rest, ' ');
	if (row->names)
		host.cert = f->cert(f, (struct span){NULL, 0}, 0, &cert);
	return f->host(f, (struct span){NULL, 0}, 0, &host);
}

static inline void
mxfacts_add(struct mxfacts *m, struct mxfacts_row row)
{
	struct facts *f = &m->writer.facts;
	uint32_t as = row.as;
	struct ip ip;
	struct fact_mx fact = {
	    .line = 1,
	    .domain = span_str(row.domain),
	    .mx = span_str(row.mx),
	    .preference = (uint16_t)row.preference,
	    .implicit = row.implicit,
	    .variant = span_str(row.variant),
	    .as = &as,
	    .as_n = as ? 1 : 0,
	};
	struct fact_domain none = {.line = 1, .domain = fact.domain, .dns = FACT_DNS_NO_MX};
	struct fact_address known = {
	    .line = 1, .variant = fact.variant, .as = &as, .as_n = fact.as_n};

	if (row.domain && !row.mx) {
		f->domain(f, &none);
		return;
	}
	if (row.address && ip_read(span_str(row.address), &ip))
		fact.address = &ip;
	fact.host = mxfacts_host(f, &row);
	if (row.domain) {
		f->mx(f, &fact);
	} else {
		known.address = ip;
		known.host = fact.host;
		f->address(f, &known);
	}
}

static inline void
mxfacts_bad(void *state, const struct fact_op *op)
{
	struct mxfacts *m = state;

	m->bad += op->kind == FACT_OP_BAD;
}

/* The facts so far go into the population. */
static inline void
mxfacts_apply(struct mxfacts *m)
{
	population_apply(&m->population, 0, buf_span(&m->batch), mxfacts_bad, m);
	buf_clear(&m->batch);
	fact_writer_begin(&m->writer, &m->batch);
}

/* All is known: counts, groups, and what an inference needs but for the tables. */
static inline void
mxfacts_settle(struct mxfacts *m, unsigned threads)
{
	mxfacts_apply(m);
	as_table_ready(m->as_table);
	population_settle(&m->population, threads);
	cert_table_init(&m->certs, &m->population);
	counts_init(&m->counts, &m->population);
	counts_add(&m->counts, &m->population, &m->certs, threads);
	cert_groups_init(&m->groups, m->population.names.n);
	cert_groups_add(&m->groups, &m->population, &m->certs, &m->counts);
	cert_groups_ready(&m->groups, &m->population, &m->counts);
	m->inference.population = &m->population;
	m->inference.certs = &m->certs;
	m->inference.counts = &m->counts;
	m->inference.groups = &m->groups;
}

static inline void
mxfacts_end(struct mxfacts *m)
{
	cert_groups_free(&m->groups);
	counts_free(&m->counts);
	cert_table_free(&m->certs);
	population_free(&m->population);
	fact_writer_free(&m->writer);
	buf_free(&m->batch);
	as_table_free(m->as_table);
	public_suffixes_free(m->suffixes);
}

/* The number of a name; 0 if there is none. */
static inline uint32_t
mxfacts_name(const struct mxfacts *m, const char *name)
{
	return intern_find(&m->population.names, span_str(name), keyed_hash(span_str(name)));
}

/* The node of a domain; 0 if there is no domain, or no fact about an MX. */
static inline uint32_t
mxfacts_node(const struct mxfacts *m, const char *domain)
{
	for (uint32_t id = 1; id <= m->population.domains.n; id++)
		if (span_eq(population_domain(&m->population, id), span_str(domain)))
			return m->population.domain_node[id];
	return 0;
}

#endif
