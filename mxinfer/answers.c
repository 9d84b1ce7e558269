/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/answers.h"

#include <stdlib.h>

#include "base/arena.h"
#include "mxinfer/ordered.h"
#include "mxinfer/view_order.h"

enum {
	GRAIN = 2048,         /* domains */
	KEPT = 4096,          /* nodes whose answers a thread keeps */
	KEPT_ANSWERS_MAX = 8, /* of a node; one with more is worked out each time */
};

/* The answers of a node: most domains are a provider's customers, like many others. */
struct kept {
	uint32_t node; /* 0: none */
	size_t answers_n;
	struct mx_answer answers[KEPT_ANSWERS_MAX];
	char *tail; /* of its line of JSON */
	size_t tail_n, tail_room;
};

struct answers_thread {
	struct identify x;
	struct kept *kept;
	struct buf tail;
	struct shares shares;
};

struct job {
	const struct answers_params *params;
	struct answers_thread *threads;
};

static void
keep(struct answers_thread *t, struct kept *k, uint32_t node)
{
	k->node = 0;
	if (t->x.answers_n > KEPT_ANSWERS_MAX)
		return;
	k->node = node;
	k->answers_n = t->x.answers_n;
	if (k->answers_n)
		memcpy(k->answers, t->x.answers, k->answers_n * sizeof *k->answers);
	if (k->tail_room < t->tail.n) {
		k->tail = must(realloc(k->tail, t->tail.n));
		k->tail_room = t->tail.n;
	}
	memcpy(k->tail, t->tail.p, t->tail.n);
	k->tail_n = t->tail.n;
}

/* The answers of a node and the end of its line, found or remembered. */
static struct span
find_tail(const struct job *job, struct answers_thread *t, uint32_t node)
{
	struct kept *k = &t->kept[node % KEPT];

	if (node && k->node == node) {
		t->x.answers = intern_beside(
		    t->x.answers, &t->x.answers_room, KEPT_ANSWERS_MAX, sizeof *t->x.answers);
		memcpy(t->x.answers, k->answers, k->answers_n * sizeof *k->answers);
		t->x.answers_n = k->answers_n;
		return (struct span){k->tail, k->tail_n};
	}
	identify_node(&t->x, job->params->in, node);
	buf_clear(&t->tail);
	output_json_tail(&t->tail, job->params->in, &t->x);
	if (node)
		keep(t, k, node);
	return buf_span(&t->tail);
}

static void
answer(const struct job *job, struct answers_thread *t, uint32_t domain, struct buf *out)
{
	const struct answers_params *p = job->params;
	const struct population *population = p->in->population;
	uint32_t node = population->domain_node[domain];
	struct output_domain d = {.in = p->in,
	    .x = &t->x,
	    .domain = population_domain(population, domain),
	    .flags = population->domain_flags[domain]};
	struct span tail = {NULL, 0};

	if (p->format == OUTPUT_JSON)
		tail = find_tail(job, t, node);
	else
		identify_node(&t->x, p->in, node);
	d.self_hosted = self_hosted(&t->x, p->in, d.domain);
	if (p->shares)
		shares_add(&t->shares, &t->x, d.flags, d.self_hosted);
	switch (p->format) {
	case OUTPUT_JSON:
		output_json_head(out, &d);
		buf_put(out, tail);
		break;
	case OUTPUT_CSV: output_csv(out, &d); break;
	case OUTPUT_TEXT:
		view_order(&t->x.view, population);
		output_text(out, &d, p->debug);
		break;
	}
}

static void
answer_part(void *state, unsigned thread, size_t from, size_t to, struct buf *out)
{
	const struct job *job = state;

	for (size_t domain = from + 1; domain <= to; domain++)
		answer(job, &job->threads[thread], (uint32_t)domain, out);
}

static void
end_thread(const struct answers_params *p, struct answers_thread *t)
{
	if (p->shares)
		shares_merge(p->shares, &t->shares);
	shares_free(&t->shares);
	for (size_t i = 0; i < KEPT; i++)
		free(t->kept[i].tail);
	free(t->kept);
	buf_free(&t->tail);
	identify_free(&t->x);
}

bool
answers_write(const struct answers_params *params, FILE *out)
{
	unsigned threads_n = params->threads ? params->threads : 1;
	struct answers_thread *threads = must(calloc(threads_n, sizeof *threads));
	struct job job = {params, threads};
	bool good;

	for (unsigned i = 0; i < threads_n; i++) {
		threads[i].kept = must(calloc(KEPT, sizeof *threads[i].kept));
		buf_init(&threads[i].tail, SIZE_MAX / 4);
		shares_init(&threads[i].shares, params->shares && params->shares->implicit);
	}
	if (params->format == OUTPUT_CSV)
		fputs(output_csv_header, out);
	good = ordered_write(
	    threads_n, params->in->population->domains.n, GRAIN, answer_part, &job, out);
	for (unsigned i = 0; i < threads_n; i++)
		end_thread(params, &threads[i]);
	free(threads);
	return good;
}
