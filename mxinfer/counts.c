/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/counts.h"

#include <stdlib.h>

#include "base/arena.h"
#include "mxinfer/parallel.h"

enum { GRAIN = 1024 }; /* nodes */

static int
by_value(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static size_t
make_set(uint32_t *words, size_t n)
{
	size_t kept = 0;

	if (n > 1)
		qsort(words, n, sizeof *words, by_value);
	for (size_t i = 0; i < n; i++)
		if (!kept || words[kept - 1] != words[i])
			words[kept++] = words[i];
	return kept;
}

static bool
is_less(struct span a, struct span b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order < 0 : a.n < b.n;
}

static void
enter_cert(struct cert_table *t, const struct population *p, uint32_t id)
{
	size_t n;
	const uint32_t *names = population_words(&p->certs, id, &n);
	struct cert_entry *c = &t->certs[id];

	*c = (struct cert_entry){.rds_at = t->rds_n};
	for (size_t i = 0; i < n; i++) {
		uint32_t rd = p->name_rd[names[i]];

		if (!rd && !p->compat)
			continue;
		if (!c->name)
			c->name = c->least = names[i];
		if (!p->compat &&
		    is_less(intern_text(&p->names, names[i]), intern_text(&p->names, c->least)))
			c->least = names[i];
		t->rds = intern_beside(t->rds, &t->rds_room, t->rds_n, sizeof *t->rds);
		t->rds[t->rds_n++] = rd;
		c->names_n++;
	}
	c->rds_n = (uint32_t)make_set(t->rds + c->rds_at, t->rds_n - c->rds_at);
	t->rds_n = c->rds_at + c->rds_n;
}

void
cert_table_init(struct cert_table *t, const struct population *p)
{
	*t = (struct cert_table){.certs = must(calloc(p->certs.n + 1, sizeof *t->certs))};
	t->rds = intern_beside(t->rds, &t->rds_room, 0, sizeof *t->rds);
	for (size_t id = 1; id <= p->certs.n; id++)
		enter_cert(t, p, (uint32_t)id);
}

void
cert_table_free(struct cert_table *t)
{
	free(t->certs);
	free(t->rds);
	*t = (struct cert_table){0};
}

const struct cert_entry *
cert_table_trusted(const struct cert_table *t, const struct population_host *host)
{
	const struct cert_entry *c = &t->certs[host->cert];

	return host->flags & FACT_IS_TRUSTED && c->name ? c : NULL;
}

void
counts_init(struct counts *c, const struct population *p)
{
	*c = (struct counts){
	    .mx = must(calloc(p->names.n + 1, sizeof *c->mx)),
	    .rd = must(calloc(p->names.n + 1, sizeof *c->rd)),
	    .address = must(calloc(p->addresses.n + 1, sizeof *c->address)),
	    .names_n = p->names.n,
	    .addresses_n = p->addresses.n,
	    .cert_used = must(calloc(p->certs.n + 1, 1)),
	};
}

void
counts_free(struct counts *c)
{
	free(c->mx);
	free(c->rd);
	free(c->address);
	free(c->cert_used);
	*c = (struct counts){0};
}

/* What one thread needs. */
struct scratch {
	struct view view;
	uint32_t *words;
	size_t words_n, words_room;
};

struct count_job {
	struct counts *counts;
	const struct population *p;
	const struct cert_table *certs;
	const uint32_t *domains_n; /* by node: how many domains end there */
	struct scratch *scratch;   /* by thread */
};

static void
put_word(struct scratch *s, uint32_t word)
{
	s->words = intern_beside(s->words, &s->words_room, s->words_n, sizeof *s->words);
	s->words[s->words_n++] = word;
}

/* Adds n to the count of each of the gathered words, however often it was gathered. */
static void
add_words(struct scratch *s, uint32_t *counts, uint32_t n)
{
	size_t words_n = make_set(s->words, s->words_n);

	for (size_t i = 0; i < words_n; i++)
		__atomic_fetch_add(&counts[s->words[i]], n, __ATOMIC_RELAXED);
	s->words_n = 0;
}

static void
gather_rds(const struct count_job *job, struct scratch *s, const struct view_address *a)
{
	for (size_t i = 0; i < a->hosts_n; i++) {
		const struct population_host *host = view_host(&s->view, job->p, a, i);
		const struct cert_entry *c = cert_table_trusted(job->certs, host);

		if (!c)
			continue;
		__atomic_store_n(&job->counts->cert_used[host->cert], 1, __ATOMIC_RELAXED);
		for (size_t k = 0; k < c->rds_n; k++)
			put_word(s, job->certs->rds[c->rds_at + k]);
	}
}

static void
count_node(const struct count_job *job, struct scratch *s, uint32_t node, uint32_t n)
{
	const struct view *v = &s->view;

	view_build(&s->view, job->p, node);
	for (size_t i = 0; i < v->mx_n; i++)
		if (v->mx[i].primary)
			put_word(s, v->mx[i].name);
	add_words(s, job->counts->mx, n);
	for (size_t i = 0; i < v->mx_n; i++)
		for (size_t k = 0; v->mx[i].primary && k < v->mx[i].addresses_n; k++)
			put_word(s, view_address(v, &v->mx[i], k)->base);
	add_words(s, job->counts->address, n);
	for (size_t i = 0; i < v->mx_n; i++)
		for (size_t k = 0; v->mx[i].primary && k < v->mx[i].addresses_n; k++)
			gather_rds(job, s, view_address(v, &v->mx[i], k));
	add_words(s, job->counts->rd, n);
}

static void
count_nodes(void *state, unsigned thread, size_t from, size_t to)
{
	const struct count_job *job = state;

	for (size_t node = from + 1; node <= to; node++)
		if (job->domains_n[node])
			count_node(
			    job, &job->scratch[thread], (uint32_t)node, job->domains_n[node]);
}

void
counts_add(
    struct counts *c, const struct population *p, const struct cert_table *certs, unsigned threads)
{
	uint32_t *domains_n = must(calloc(p->nodes.n + 1, sizeof *domains_n));
	struct scratch *scratch = must(calloc(threads ? threads : 1, sizeof *scratch));
	struct count_job job = {c, p, certs, domains_n, scratch};

	for (size_t domain = 1; domain <= p->domains.n; domain++)
		domains_n[p->domain_node[domain]]++;
	parallel_for(threads, p->nodes.n, GRAIN, count_nodes, &job);
	for (unsigned i = 0; i < (threads ? threads : 1); i++) {
		view_free(&scratch[i].view);
		free(scratch[i].words);
	}
	free(scratch);
	free(domains_n);
}
