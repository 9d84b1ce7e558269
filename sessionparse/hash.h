/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash - FNV-1a, for tables whose keys our own mail system made: a peer chooses neither host, pid
 * nor queue id. */
#ifndef EMT_HASH_H
#define EMT_HASH_H

#include <stdint.h>

#include "base/span.h"

#define HASH_START 0xcbf29ce484222325u

static inline uint64_t
hash_octet(uint64_t hash, unsigned char octet)
{
	return (hash ^ octet) * 0x100000001b3u;
}

static inline uint64_t
hash_span(uint64_t hash, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		hash = hash_octet(hash, (unsigned char)s.p[i]);
	return hash;
}

static inline uint64_t
hash_number(uint64_t hash, uint64_t number)
{
	for (; number; number >>= 8)
		hash = hash_octet(hash, (unsigned char)number);
	return hash;
}

/* The place in a table whose length is a power of two; the low bits alone would be those of the
 * last octets. */
static inline size_t
hash_slot(uint64_t hash, size_t slots_n)
{
	return (size_t)((hash ^ hash >> 32) & (slots_n - 1));
}

#endif
