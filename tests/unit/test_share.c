/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shares against binomial quantiles that are worked out here; their bounds, order and seed. */
#include "report/share.h"

#include <stdlib.h>

#include "base/rng.h"
#include "tests/tap.h"

enum { MOST = 200 };

static struct operator_verdicts
make(struct arena *a, size_t yes, size_t no, size_t undecided, size_t domains)
{
	struct operator_verdicts out = {.n = yes + no + undecided};

	out.v = arena_alloc(a, (out.n + 1) * sizeof *out.v);
	for (size_t i = 0; i < out.n; i++)
		out.v[i] = (struct operator_verdict){.capability = capability_find("dane"),
		    .operator= arena_printf(a, "op%03zu.example", i),
		    .state = i < yes        ? VERDICT_STRICT
			     : i < yes + no ? VERDICT_NOT_SUPPORTED
			     : i % 3 == 0   ? VERDICT_MIXED
			     : i % 3 == 1   ? VERDICT_PENDING
					    : VERDICT_BROKEN,
		    .domains_n = i % domains + 1};
	return out;
}

/* The smallest k with P(X <= k) >= q, X binomial: what a bootstrap of n equal votes draws from. */
static double
quantile(size_t n, double p, double q)
{
	double term = 1, sum;

	for (size_t i = 0; i < n; i++)
		term *= 1 - p;
	sum = term;
	for (size_t k = 0; k < n; k++) {
		if (sum >= q)
			return (double)k / (double)n;
		term *= (double)(n - k) / (double)(k + 1) * p / (1 - p);
		sum += term;
	}
	return 1;
}

static bool
near(double a, double b, double by)
{
	return a - b <= by && b - a <= by;
}

static void
test_numbers(struct arena *a)
{
	struct operator_verdicts v = make(a, 3, 5, 4, 1);
	struct share s = share_of(a, &v, capability_find("dane"), 1);

	SAME_INT(s.operators_n, 12, "N");
	SAME_INT(s.by_operator.yes, 3, "yes");
	SAME_INT(s.by_operator.no, 5, "no");
	SAME_INT(s.by_operator.undecided, 4, "undecided");
	SAME_INT(s.mixed_n + s.pending_n + s.inconclusive_n, 4, "and why");
	SAME_INT(s.mixed_n, 1, "mixed");
	SAME_INT(s.pending_n, 1, "pending");
	OK(near(s.by_operator.share, 3.0 / 8, 1e-12), "the share is of those that decided");
	OK(near(s.by_operator.least, 3.0 / 12, 1e-12), "bound: all others say no");
	OK(near(s.by_operator.most, 7.0 / 12, 1e-12), "bound: all others say yes");
	OK(!s.by_operator.has_interval && !s.by_domain.has_interval, "no interval under 20");
	SAME_STR(s.caption, "of 12 operators in this convenience sample", "caption");
	SAME_INT(share_of(a, &v, capability_find("starttls"), 1).operators_n, 0,
	    "verdicts on others are passed over");
}

static void
test_nobody(struct arena *a)
{
	struct operator_verdicts none = {0}, undecided = make(a, 0, 0, 30, 1);
	struct share s = share_of(a, &none, capability_find("dane"), 1);

	OK(!s.by_operator.known && !s.by_operator.has_interval, "nobody: no share");
	s = share_of(a, &undecided, capability_find("dane"), 1);
	OK(!s.by_operator.known && !s.by_operator.has_interval, "nobody decided: no share");
	OK(s.by_operator.least == 0 && s.by_operator.most == 1, "nobody decided: any share");
}

static void
test_threshold(struct arena *a)
{
	struct operator_verdicts few = make(a, 10, 9, 30, 1), enough = make(a, 10, 10, 0, 1);

	OK(!share_of(a, &few, capability_find("dane"), 1).by_operator.has_interval,
	    "19 that decided, however many did not: no interval");
	OK(share_of(a, &enough, capability_find("dane"), 1).by_operator.has_interval,
	    "20 that decided: an interval");
}

static void
test_interval(struct arena *a)
{
	static const struct {
		size_t yes, no;
	} rows[] = {{10, 10}, {3, 27}, {40, 60}, {150, 50}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = rows[i].yes + rows[i].no;
		double p = (double)rows[i].yes / (double)n;
		struct operator_verdicts v = make(a, rows[i].yes, rows[i].no, 0, 1);
		struct share_figures f = share_of(a, &v, capability_find("dane"), 7).by_operator;

		OK(near(f.from, quantile(n, p, 0.025), 1.5 / (double)n) &&
			near(f.to, quantile(n, p, 0.975), 1.5 / (double)n),
		    arena_printf(a, "%zu of %zu: the quantiles of the binomial", rows[i].yes, n));
	}
}

static bool
same_figures(const struct share_figures *x, const struct share_figures *y)
{
	return x->yes == y->yes && x->no == y->no && x->share == y->share && x->from == y->from &&
	       x->to == y->to;
}

static void
test_order_and_seed(struct arena *a)
{
	struct operator_verdicts v = make(a, 17, 23, 9, 5);
	struct share one = share_of(a, &v, capability_find("dane"), 3), two;
	uint64_t state = 5;
	struct rng rng = rng_seeded(&state);

	for (size_t i = v.n - 1; i > 0; i--) {
		size_t k = (size_t)rng_below(&rng, i + 1);
		struct operator_verdict other = v.v[k];

		v.v[k] = v.v[i];
		v.v[i] = other;
	}
	two = share_of(a, &v, capability_find("dane"), 3);
	OK(same_figures(&one.by_operator, &two.by_operator) &&
		same_figures(&one.by_domain, &two.by_domain),
	    "the order makes no difference");
	OK(one.by_domain.yes > one.by_operator.yes, "domains weigh");
	OK(one.by_domain.to - one.by_domain.from >=
		one.by_operator.to - one.by_operator.from - 0.02,
	    "unequal weights do not make it more certain");
}

static void
test_headlines(struct arena *a)
{
	struct operator_verdicts sender = make(a, 3, 5, 4, 1), resolver = {0};
	struct share out[SHARE_HEADLINES_N];

	share_headlines(a, &sender, &resolver, 1, out);
	for (size_t i = 0; i < SHARE_HEADLINES_N; i++)
		OK(out[i].capability->headline != NULL, out[i].capability->headline);
	SAME_STR(out[0].capability->name, "ipv6-resolver", "the paper's order: first");
	SAME_STR(out[4].capability->name, "dane", "last");
	SAME_INT(out[4].operators_n, 12, "by sender");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_numbers(a);
	test_nobody(a);
	test_threshold(a);
	test_interval(a);
	test_order_and_seed(a);
	test_headlines(a);
	arena_free(a);
	return tap_end();
}
