/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/rng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>

#include "base/log.h"

static void
from_kernel(void *state, void *p, size_t n)
{
	char *at = p;

	(void)state;
	while (n) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) { /* a kernel or a filter that does not know the call; asking again
				  would never end */
			log_error("no random numbers: %s", strerror(errno));
			exit(EX_TEMPFAIL);
		}
		at += got;
		n -= (size_t)got;
	}
}

const struct rng rng_system = {from_kernel, NULL};

/* SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014. */
static uint64_t
next_seeded(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void
from_seed(void *state, void *p, size_t n)
{
	char *at = p;

	while (n) {
		uint64_t word = next_seeded(state);
		size_t part = n < sizeof word ? n : sizeof word;

		memcpy(at, &word, part);
		at += part;
		n -= part;
	}
}

struct rng
rng_seeded(uint64_t *state)
{
	return (struct rng){from_seed, state};
}

uint64_t
rng_u64(const struct rng *r)
{
	uint64_t word;

	r->fill(r->state, &word, sizeof word);
	return word;
}

uint64_t
rng_below(const struct rng *r, uint64_t n)
{
	uint64_t least = -n % n; /* words below this would make small answers likelier */
	uint64_t word;

	do
		word = rng_u64(r);
	while (word < least);
	return word % n;
}
