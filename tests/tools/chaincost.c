/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chaincost CERTIFICATES [FILE] - seconds of processor time that union-find takes for a chain of
 * certificates, of which each shares a name with the next.  They are joined in several orders, and
 * must become one group; with FILE (mxgen chain) also the way emt-mxinfer does it, after the file
 * was read: all certificates joined, and the groups' best names found.
 *
 * A line for each: SECONDS ORDER. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/rng.h"
#include "mxinfer/cert_groups.h"
#include "mxinfer/intake.h"

enum { MAX_FIELD = 16 << 20 };

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Certificate i holds the names i + 1 and i + 2. */
static void
in_turn(uint32_t *order, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
}

static void
backwards(uint32_t *order, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		order[i] = n - 1 - i;
}

static void
from_both_ends(uint32_t *order, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		order[i] = i % 2 ? n - 1 - i / 2 : i / 2;
}

static void
at_random(uint32_t *order, uint32_t n)
{
	uint64_t seed = 1;
	struct rng rng = rng_seeded(&seed);

	in_turn(order, n);
	for (uint32_t i = n; i > 1; i--) {
		uint32_t k = (uint32_t)rng_below(&rng, i), was = order[i - 1];

		order[i - 1] = order[k];
		order[k] = was;
	}
}

/* Pairs, then pairs of pairs: trees become as deep as they can. */
static void
by_halves(uint32_t *order, uint32_t n)
{
	uint32_t k = 0;

	for (uint32_t step = 2; k < n; step *= 2)
		for (uint64_t i = step / 2; i <= n && k < n; i += step)
			order[k++] = (uint32_t)i - 1;
}

static const struct {
	const char *name;
	void (*fill)(uint32_t *order, uint32_t n);
} orders[] = {{"in turn", in_turn}, {"backwards", backwards}, {"from both ends", from_both_ends},
    {"at random", at_random}, {"by halves", by_halves}};

static bool
is_one(struct cert_groups *g, uint32_t names_n)
{
	for (uint32_t name = 2; name <= names_n; name++)
		if (cert_groups_root(g, name) != cert_groups_root(g, 1))
			return false;
	return true;
}

static bool
measure_joins(uint32_t n)
{
	uint32_t *order = must(malloc(n * sizeof *order));
	bool good = true;

	for (size_t o = 0; o < sizeof orders / sizeof *orders; o++) {
		struct cert_groups g;
		double start;

		orders[o].fill(order, n);
		start = cpu_seconds();
		cert_groups_init(&g, n + 1);
		for (uint32_t i = 0; i < n; i++)
			cert_groups_join(&g, order[i] + 1, order[i] + 2);
		good = is_one(&g, n + 1) && good;
		printf("%.3f %s\n", cpu_seconds() - start, orders[o].name);
		cert_groups_free(&g);
	}
	free(order);
	return good;
}

/* Are all names of certificates in one group? */
static bool
is_one_chain(const struct population *p, const struct cert_groups *g, uint32_t certificates_n)
{
	uint32_t id = 0;

	for (uint32_t cert = 1; cert <= p->certs.n; cert++) {
		size_t n;
		const uint32_t *names = population_words(&p->certs, cert, &n);

		for (size_t i = 0; i < n; i++) {
			if (id && cert_groups_id(g, p, names[i]) != id)
				return false;
			id = cert_groups_id(g, p, names[i]);
		}
	}
	return id && p->certs.n == certificates_n;
}

static bool
measure_file(const char *path, uint32_t certificates_n)
{
	struct public_suffixes *suffixes = public_suffixes_open_fast();
	struct as_table *as_table = as_table_new();
	struct diagnostics diagnostics = {.strict = true};
	struct population p;
	struct intake intake;
	struct cert_table certs;
	struct counts counts;
	struct cert_groups groups;
	double start;
	bool good;

	if (!suffixes)
		return false;
	population_init(&p, suffixes, as_table, false);
	intake_init(&intake, &p, &diagnostics, false, NULL, 1, MAX_FIELD);
	good = intake_file(&intake, path, "tsv") == INTAKE_OK;
	as_table_ready(as_table);
	population_settle(&p, 1);
	cert_table_init(&certs, &p);
	counts_init(&counts, &p);
	counts_add(&counts, &p, &certs, 1);
	start = cpu_seconds();
	cert_groups_init(&groups, p.names.n);
	cert_groups_add(&groups, &p, &certs, &counts);
	cert_groups_ready(&groups, &p, &counts);
	printf("%.3f in a population, and named\n", cpu_seconds() - start);
	good = good && is_one_chain(&p, &groups, certificates_n);
	cert_groups_free(&groups);
	counts_free(&counts);
	cert_table_free(&certs);
	intake_free(&intake);
	population_free(&p);
	as_table_free(as_table);
	public_suffixes_free(suffixes);
	return good;
}

int
main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	bool good;

	if (!n || argc > 3) {
		fprintf(stderr, "usage: %s CERTIFICATES [FILE]\n", argv[0]);
		return 64;
	}
	good = measure_joins(n);
	if (argc == 3)
		good = measure_file(argv[2], n) && good;
	if (!good)
		fprintf(stderr, "%s: not one group\n", argv[0]);
	return !good;
}
