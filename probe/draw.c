/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/draw.h"

#include "base/rng.h"

static void
shuffle(struct ledger_probe *v, size_t n, int64_t seed)
{
	uint64_t state = (uint64_t)seed;
	struct rng rng = rng_seeded(&state);

	for (; n > 1; n--) {
		size_t other = (size_t)rng_below(&rng, n);
		struct ledger_probe held = v[n - 1];

		v[n - 1] = v[other];
		v[other] = held;
	}
}

const char *
draw_set(struct arena *a, const struct testcases *cases, int64_t seed, struct ledger_probe **probes,
    size_t *n)
{
	struct ledger_probe *v = arena_alloc(a, (cases->n + 1) * sizeof *v);
	const struct testcase *root = NULL;
	size_t others_n = 0;

	for (size_t i = 0; i < cases->n; i++) {
		const struct testcase *t = &cases->v[i];
		int64_t number = (int64_t)i + 1;

		if (t->controls_n) {
			v[++others_n] =
			    (struct ledger_probe){.testcase = t->name, .number = number};
			continue;
		}
		if (root)
			return arena_printf(a,
			    "%s: has no control, like %s; only one case, the "
			    "root of all controls, begins and ends a set",
			    t->file, root->name);
		root = t;
		v[0] = (struct ledger_probe){.testcase = t->name, .number = number};
	}
	if (!root)
		return "no test case is without a control, which would begin and end a set";
	shuffle(v + 1, others_n, seed);
	v[others_n + 1] =
	    (struct ledger_probe){.testcase = root->name, .number = (int64_t)cases->n + 1};
	*probes = v;
	*n = others_n + 2;
	for (size_t i = 0; i < *n; i++)
		v[i].position = (int64_t)i + 1;
	return NULL;
}
