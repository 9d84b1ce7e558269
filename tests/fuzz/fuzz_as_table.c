/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AS tables: whatever ranges and prefixes a file has, an address's AS numbers are those of the
 * smallest ranges that hold it.  Asked for the first and last address of each range, and for those
 * beside them. */
#include <stdint.h>
#include <stdlib.h>

#include "io/as_table.h"
#include "mxinfer/forms.h"
#include "tests/factlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RANGES_MAX = 50 };

static struct {
	struct facts facts; /* first */
	struct as_table *table;
	struct as_range ranges[RANGES_MAX];
	uint32_t as[RANGES_MAX][FACT_AS_MAX];
	size_t n;
} f;

static void
take(struct facts *facts, const struct fact_range *fact)
{
	const struct as_range *range = &fact->range;

	(void)facts;
	if (f.n == RANGES_MAX)
		return;
	as_table_add(f.table, range);
	f.ranges[f.n] = *range;
	memcpy(f.as[f.n], range->as, range->as_n * sizeof *range->as);
	f.n++;
}

static void
no_bad(struct facts *facts, uint64_t line, enum fact_bad cause, struct span what)
{
	(void)facts;
	(void)line;
	(void)cause;
	(void)what;
}

/* The octets of a less those of b, for they are numbers. */
static void
minus(const struct ip *a, const struct ip *b, unsigned char out[16])
{
	int borrow = 0;

	for (int i = 15; i >= 0; i--) {
		int digit = a->octets[i] - b->octets[i] - borrow;

		borrow = digit < 0;
		out[i] = (unsigned char)digit;
	}
}

static bool
holds(const struct as_range *r, const struct ip *ip)
{
	return r->first.v6 == ip->v6 && memcmp(r->first.octets, ip->octets, 16) <= 0 &&
	       memcmp(ip->octets, r->last.octets, 16) <= 0;
}

static bool
has(const uint32_t *as, size_t n, uint32_t number)
{
	for (size_t i = 0; i < n; i++)
		if (as[i] == number)
			return true;
	return false;
}

static void
ask(const struct ip *ip)
{
	uint32_t as[FACT_AS_MAX];
	size_t n = as_table_find(f.table, ip, as), known = 0;
	unsigned char best[16], size[16];
	bool any = false;

	memset(best, 0xff, sizeof best);
	for (size_t i = 0; i < f.n; i++)
		if (holds(&f.ranges[i], ip)) {
			minus(&f.ranges[i].last, &f.ranges[i].first, size);
			if (memcmp(size, best, sizeof best) < 0)
				memcpy(best, size, sizeof best);
			any = true;
		}
	if (!any && n)
		abort();
	for (size_t i = 0; i < f.n; i++) {
		minus(&f.ranges[i].last, &f.ranges[i].first, size);
		if (!holds(&f.ranges[i], ip) || memcmp(size, best, sizeof best) != 0)
			continue;
		for (size_t k = 0; k < f.ranges[i].as_n; k++) {
			known++;
			if (n < FACT_AS_MAX && !has(as, n, f.as[i][k]))
				abort();
		}
	}
	if (n > known)
		abort();
	for (size_t i = 1; i < n; i++)
		if (as[i - 1] >= as[i])
			abort();
}

static void
ask_around(struct ip ip)
{
	size_t last = ip.v6 ? 15 : 3;

	ask(&ip);
	ip.octets[last]++;
	ask(&ip);
	ip.octets[last] -= 2;
	ask(&ip);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};

	f.facts = (struct facts){.range = take, .bad = no_bad};
	f.table = as_table_new();
	f.n = 0;
	form_ip2asn.read(&f.facts, text, 1, 1000);
	form_pfx2as.read(&f.facts, text, 1, 1000);
	as_table_ready(f.table);
	for (size_t i = 0; i < f.n; i++) {
		ask_around(f.ranges[i].first);
		ask_around(f.ranges[i].last);
	}
	as_table_free(f.table);
	return 0;
}
