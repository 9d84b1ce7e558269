/* SPDX-License-Identifier: GPL-3.0-or-later */
/* octets - searches through text, eight octets at a time: for the short strings of JSON, where
 * memchr's start does not pay. */
#ifndef EMT_OCTETS_H
#define EMT_OCTETS_H

#include <endian.h>
#include <stdint.h>

#include "base/span.h"

#define OCTETS_ONES 0x0101010101010101u /* times n: n in each octet */
#define OCTETS_TOPS (OCTETS_ONES << 7)

static inline uint64_t
octets_load(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return le64toh(word);
}

/* Bit 7 of each octet of the result that is 0 in x; above the lowest such octet there may be too
 * many of them. */
static inline uint64_t
octets_zero(uint64_t x)
{
	return (x - OCTETS_ONES) & ~x & OCTETS_TOPS;
}

/* The first a or b, or `end`. */
static inline const char *
octets_either(const char *p, const char *end, char a, char b)
{
	for (; end - p >= 8; p += 8) {
		uint64_t word = octets_load(p);
		uint64_t hits = octets_zero(word ^ OCTETS_ONES * (unsigned char)a) |
				octets_zero(word ^ OCTETS_ONES * (unsigned char)b);

		if (hits)
			return p + __builtin_ctzll(hits) / 8;
	}
	while (p < end && *p != a && *p != b)
		p++;
	return p;
}

/* Is there an octet below 0x20? */
static inline bool
octets_control(struct span s)
{
	for (; s.n >= 8; s = span_from(s, 8)) {
		uint64_t word = octets_load(s.p);

		if ((word - OCTETS_ONES * 0x20) & ~word & OCTETS_TOPS)
			return true;
	}
	while (s.n && (unsigned char)s.p[0] >= 0x20)
		s = span_from(s, 1);
	return s.n > 0;
}

/* Octets of ASCII that s begins with, in whole words of eight. */
static inline size_t
octets_ascii(struct span s)
{
	size_t n = 0;

	while (s.n - n >= 8 && !(octets_load(s.p + n) & OCTETS_TOPS))
		n += 8;
	return n;
}

/* Bit 7 of each octet of the result that is no ASCII, or DEL; as octets_zero. */
static inline uint64_t
octets_no_text(uint64_t word)
{
	return (word | octets_zero(word ^ OCTETS_ONES * 0x7f)) & OCTETS_TOPS;
}

/* The same of what a string of JSON does not hold as it is: those, controls, quote, backslash. */
static inline uint64_t
octets_no_json(uint64_t word)
{
	return octets_no_text(word) | octets_zero(word ^ OCTETS_ONES * '"') |
	       octets_zero(word ^ OCTETS_ONES * '\\') | ((word - OCTETS_ONES * 0x20) & OCTETS_TOPS);
}

#endif
