/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "plan/testcase.h"
#include "probe/draw.h"

static struct arena *a;

static const struct ledger_probe *
draw(const struct testcases *cases, int64_t seed, size_t *n)
{
	struct ledger_probe *v = NULL;

	*n = 0;
	return draw_set(a, cases, seed, &v, n) ? NULL : v;
}

/* Whatever the seed: each other case once between the two of the root; numbers as by name. */
static bool
is_whole(const struct testcases *cases, const struct ledger_probe *v, size_t n)
{
	unsigned seen[64] = {0};

	if (n != cases->n + 1 || strcmp(v[0].testcase, "mail-ok") ||
	    strcmp(v[n - 1].testcase, "mail-ok") || v[n - 1].number != (int64_t)n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (v[i].position != (int64_t)i + 1 || v[i].number < 1 || v[i].number > (int64_t)n)
			return false;
		if (v[i].number < (int64_t)n &&
		    strcmp(v[i].testcase, cases->v[v[i].number - 1].name))
			return false;
		seen[v[i].number]++;
	}
	for (size_t i = 1; i <= n; i++)
		if (seen[i] != 1)
			return false;
	return true;
}

static bool
same_order(const struct ledger_probe *v, const struct ledger_probe *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].number != w[i].number)
			return false;
	return true;
}

int
main(void)
{
	struct testcases cases, none = {0};
	const struct ledger_probe *v, *w;
	size_t n, m, different = 0, second[64] = {0}, seconds = 0;
	bool whole = true;
	struct ledger_probe *unused;

	a = arena_new();
	OK(!testcases_read(a, "testcases", &cases), "the test cases are read");
	for (int64_t seed = 0; seed < 2000; seed++) {
		v = draw(&cases, seed, &n);
		w = draw(&cases, seed, &m);
		whole = whole && v && w && is_whole(&cases, v, n) && same_order(v, w, n);
		if (v)
			second[v[1].number]++;
		w = draw(&cases, seed + 1, &m);
		different += v && w && !same_order(v, w, n);
	}
	OK(whole, "every seed gives each case once, mail-ok first and last, and the same again");
	OK(different == 2000, "another seed gives another order");
	/* 17 cases may come second: 118 times each in the mean; a fair draw is never that far off.
	 */
	for (size_t i = 1; i < 64; i++)
		if (second[i]) {
			seconds++;
			OK(second[i] > 60 && second[i] < 200, "no case is preferred");
		}
	SAME_INT(seconds, cases.n - 1, "and any may come second");
	OK(draw_set(a, &none, 1, &unused, &n) != NULL, "no case without a control is refused");
	arena_free(a);
	return tap_end();
}
