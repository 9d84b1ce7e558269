/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/share.h"

#include <stdlib.h>

#include "base/rng.h"

static const char *const headlines[SHARE_HEADLINES_N] = {
    "ipv6-resolver", "ipv6-delivery", "dnssec-validation", "certificate-name", "dane"};

/* An operator. */
struct voter {
	const char *operator;
	enum vote vote;
	uint64_t domains;
};

static int
compare_voters(const void *a, const void *b)
{
	return strcmp(((const struct voter *)a)->operator,((const struct voter *)b)->operator);
}

static void
count_vote(struct share_figures *f, enum vote vote, uint64_t weight)
{
	f->yes += vote == VOTE_YES ? weight : 0;
	f->no += vote == VOTE_NO ? weight : 0;
	f->undecided += vote == VOTE_NONE ? weight : 0;
}

static void
work_out(struct share_figures *f)
{
	uint64_t all = f->yes + f->no + f->undecided;

	f->known = f->yes + f->no > 0;
	f->share = f->known ? (double)f->yes / (double)(f->yes + f->no) : 0;
	f->least = all ? (double)f->yes / (double)all : 0;
	f->most = all ? (double)(f->yes + f->undecided) / (double)all : 1;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Shares of samples of the voters, drawn with replacement; samples in which nobody decided tell
 * nothing. */
static void
bootstrap(struct share_figures *f, const struct voter *v, size_t n, bool weighted, uint64_t seed)
{
	double *shares = must(malloc(SHARE_REPLICATES * sizeof *shares));
	struct rng rng = rng_seeded(&seed);
	size_t got = 0;

	for (size_t r = 0; r < SHARE_REPLICATES; r++) {
		struct share_figures sample = {0};

		for (size_t i = 0; i < n; i++) {
			const struct voter *drawn = &v[rng_below(&rng, n)];

			count_vote(&sample, drawn->vote, weighted ? drawn->domains : 1);
		}
		work_out(&sample);
		if (sample.known)
			shares[got++] = sample.share;
	}
	qsort(shares, got, sizeof *shares, compare_doubles);
	f->has_interval = got > 0;
	if (got) {
		f->from = shares[(got - 1) * 25 / 1000];
		f->to = shares[(got - 1) - (got - 1) * 25 / 1000];
	}
	free(shares);
}

struct share
share_of(struct arena *a, const struct operator_verdicts *verdicts,
    const struct capability *capability, uint64_t seed)
{
	struct voter *voters = arena_alloc(a, (verdicts->n + 1) * sizeof *voters);
	struct share out = {.capability = capability};
	size_t decided;

	for (size_t i = 0; i < verdicts->n; i++) {
		const struct operator_verdict *o = &verdicts->v[i];
		enum vote vote = capability_vote(capability, o->state);

		if (o->capability != capability)
			continue;
		voters[out.operators_n++] = (struct voter){o->operator, vote, o->domains_n};
		count_vote(&out.by_operator, vote, 1);
		count_vote(&out.by_domain, vote, o->domains_n);
		if (vote == VOTE_NONE)
			*(o->state == VERDICT_MIXED       ? &out.mixed_n
			    : o->state == VERDICT_PENDING ? &out.pending_n
							  : &out.inconclusive_n) += 1;
	}
	work_out(&out.by_operator);
	work_out(&out.by_domain);
	qsort(voters, out.operators_n, sizeof *voters, compare_voters);
	decided = out.by_operator.yes + out.by_operator.no;
	if (decided >= SHARE_LEAST) {
		bootstrap(&out.by_operator, voters, out.operators_n, false, seed);
		bootstrap(&out.by_domain, voters, out.operators_n, true, seed);
	}
	out.caption = arena_printf(a, "of %zu operator%s in this convenience sample",
	    out.operators_n, out.operators_n == 1 ? "" : "s");
	return out;
}

void
share_headlines(struct arena *a, const struct operator_verdicts *by_sender,
    const struct operator_verdicts *by_resolver, uint64_t seed, struct share out[SHARE_HEADLINES_N])
{
	for (size_t i = 0; i < SHARE_HEADLINES_N; i++) {
		const struct capability *c = capability_find(headlines[i]);

		out[i] = share_of(a, c->of_resolver ? by_resolver : by_sender, c, seed);
	}
}
