/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidenceread - loads the evidence of every set of an index, and prints how much there is.
 *
 * Usage: evidenceread INDEX */
#include <stdio.h>

#include "report/evidence_load.h"

int
main(int argc, char **argv)
{
	const struct evidence_params params = {
	    .deadline_us = INT64_C(475200000000), .health_every_us = INT64_C(1200000000)};
	uint64_t sets = 0, owned = 0, health = 0, items[ITEM_KINDS_N][CERTAINTIES_N] = {{0}};
	struct arena *a = arena_new(), *of_set;
	struct testcases cases;
	struct evidence_loader *e;
	struct probe_set set;
	struct store *store;
	const char *error = argc == 2 ? testcases_read(a, "testcases", &cases) : "which index?";

	if (!error)
		error = store_open(a, argv[1], ".", STORE_READ, &store);
	if (error) {
		fprintf(stderr, "%s\n", error);
		return 64;
	}
	e = evidence_loader_open(store, &cases, &params);
	for (of_set = arena_new(); evidence_loader_next(e, of_set, &set); of_set = arena_new()) {
		sets++;
		owned += set.operator!= NULL;
		health += set.health_n;
		for (size_t p = 0; p < set.probes_n; p++)
			for (size_t i = 0; i < set.probes[p].items_n; i++)
				items[set.probes[p].items[i].kind]
				     [set.probes[p].items[i].certainty]++;
		arena_free(of_set);
	}
	arena_free(of_set);
	printf("%llu sets, %llu of an operator, %llu health runs\n", (unsigned long long)sets,
	    (unsigned long long)owned, (unsigned long long)health);
	for (size_t k = 0; k < ITEM_KINDS_N; k++)
		printf("%s: %llu certain, %llu probable, %llu background\n", item_kind_names[k],
		    (unsigned long long)items[k][CERTAIN], (unsigned long long)items[k][PROBABLE],
		    (unsigned long long)items[k][BACKGROUND]);
	evidence_loader_close(e);
	store_close(store);
	arena_free(a);
	return 0;
}
