/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joining names, beside the obvious way: each name wears the number of its group, and to join two
 * is to renumber one of them.  What groups are called is tests/mxinfer's. */
#include "mxinfer/cert_groups.h"

#include <stdlib.h>

#include "base/rng.h"
#include "tests/tap.h"

enum { NAMES = 60, ROUNDS = 400, CHAIN = 200000 };

static void
renumber(uint32_t *group, uint32_t a, uint32_t b)
{
	uint32_t from = group[a], to = group[b];

	for (uint32_t i = 1; i <= NAMES; i++)
		if (group[i] == from)
			group[i] = to;
}

static bool
same_groups(struct cert_groups *g, const uint32_t *group)
{
	for (uint32_t a = 1; a <= NAMES; a++)
		for (uint32_t b = 1; b <= NAMES; b++)
			if ((group[a] == group[b]) !=
			    (cert_groups_root(g, a) == cert_groups_root(g, b)))
				return false;
	return true;
}

static void
test_random(void)
{
	uint64_t seed = 3;
	struct rng rng = rng_seeded(&seed);
	bool good = true;

	for (int round = 0; round < ROUNDS; round++) {
		uint32_t group[NAMES + 1];
		struct cert_groups g;

		cert_groups_init(&g, NAMES);
		for (uint32_t i = 1; i <= NAMES; i++)
			group[i] = i;
		for (int i = 0; i < round % NAMES; i++) {
			uint32_t a = 1 + (uint32_t)rng_below(&rng, NAMES);
			uint32_t b = 1 + (uint32_t)rng_below(&rng, NAMES);

			cert_groups_join(&g, a, b);
			renumber(group, a, b);
		}
		good = good && same_groups(&g, group);
		cert_groups_free(&g);
	}
	OK(good, "random joins: as by renumbering");
}

/* Joined from the far end, every path is as long as the chain at first. */
static void
test_chain(void)
{
	struct cert_groups g;
	bool good = true;

	cert_groups_init(&g, CHAIN + 1);
	for (uint32_t i = CHAIN; i > 1; i--)
		cert_groups_join(&g, i, i - 1);
	for (uint32_t i = 2; i <= CHAIN; i++)
		good = good && cert_groups_root(&g, i) == cert_groups_root(&g, 1);
	OK(good, "a chain is one group");
	OK(cert_groups_root(&g, CHAIN + 1) != cert_groups_root(&g, 1), "who is not in it is alone");
	cert_groups_free(&g);
}

int
main(void)
{
	test_random();
	test_chain();
	return tap_end();
}
