/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rng - random octets, replaceable: the kernel's in production, a seeded stream under `--seed` and
 * in tests. */
#ifndef EMT_RNG_H
#define EMT_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	void (*fill)(void *state, void *p, size_t n);
	void *state;
};

extern const struct rng
    rng_system; /* getrandom(2): unpredictable; where there is none the program ends with 75 */

/* A reproducible, predictable stream (SplitMix64); *state is its seed and its position. */
struct rng rng_seeded(uint64_t *state);

uint64_t rng_u64(const struct rng *r);

/* Uniform in 0 .. n-1; n is at least 1. */
uint64_t rng_below(const struct rng *r, uint64_t n);

#endif
