/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keyed_hash - SipHash (Aumasson, Bernstein 2012), one round a word and three at the end, under a
 * key of this process.
 *
 * Strangers choose the names and certificates that we put into tables: without the key they cannot
 * choose ones that collide.  No result depends on the key. */
#ifndef EMT_KEYED_HASH_H
#define EMT_KEYED_HASH_H

#include <stdint.h>

#include "base/rng.h"
#include "base/span.h"

/* Draws the key.  Once, before the first hash; without it the key is zero. */
void keyed_hash_seed(const struct rng *rng);

uint64_t keyed_hash(struct span s);

/* 128 bits, which stand for the octets themselves. */
struct hash128 {
	uint64_t a, b;
};
struct hash128 keyed_hash_128(struct span s);

/* Of a record of 32-bit words: a multiplication for each two, mixed with the key. */
uint64_t keyed_hash_words(const uint32_t *words, size_t words_n);

#endif
