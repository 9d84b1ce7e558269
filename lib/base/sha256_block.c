/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sha256_block.h"

#include <stdalign.h>
#include <stdlib.h>

#ifdef __x86_64__
#include <immintrin.h>
#include <sys/platform/x86.h>
#endif

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS
 * 180-4, 4.2.2). */
/* clang-format off */
static const alignas(16) uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

static uint32_t
rotr(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void
add_block(uint32_t state[8], const unsigned char *p)
{
	uint32_t w[64];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	for (int i = 0; i < 16; i++, p += 4)
		w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	for (int i = 16; i < 64; i++) {
		uint32_t x = w[i - 15], y = w[i - 2];

		w[i] = w[i - 16] + w[i - 7] + (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) +
		       (rotr(y, 17) ^ rotr(y, 19) ^ y >> 10);
	}
	for (int i = 0; i < 64; i++) {
		uint32_t t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) +
			      k[i] + w[i];
		uint32_t t2 =
		    (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));

		h = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void
sha256_blocks_plain(uint32_t h[8], const unsigned char *blocks, size_t n)
{
	for (; n; n--, blocks += 64)
		add_block(h, blocks);
}

#ifdef __x86_64__

/* By what the C library found out when it started: in a virtual machine each CPUID costs some
 * microseconds. */
bool
sha256_has_x86(void)
{
	return x86_cpu_active(x86_cpu_SHA) && x86_cpu_active(x86_cpu_SSE4_1) &&
	       x86_cpu_active(x86_cpu_SSSE3);
}

/* Four words of the message, the first one lowest. */
__attribute__((target("sha,sse4.1"))) static __m128i
load_words(const unsigned char *p)
{
	const __m128i from_big_endian =
	    _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);

	return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)p), from_big_endian);
}

/* The instructions want the eight words of the state as two vectors: a b e f and c d g h, the first
 * word highest.  One SHA256RNDS2 does two rounds and gives the new a b e f, while the old a b e f
 * becomes the new c d g h: so the vectors change places with each. */
__attribute__((target("sha,sse4.1"))) static void
add_block_x86(__m128i *abef, __m128i *cdgh, const unsigned char *p)
{
	__m128i abef_before = *abef, cdgh_before = *cdgh;
	__m128i w0 = load_words(p), w1 = load_words(p + 16);
	__m128i w2 = load_words(p + 32), w3 = load_words(p + 48);

	for (int i = 0; i < 64; i += 4) {
		__m128i kw = _mm_add_epi32(w0, _mm_load_si128((const __m128i *)&k[i]));
		__m128i w4 =
		    _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));

		*cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, kw);
		*abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_srli_si128(kw, 8));
		w0 = w1;
		w1 = w2;
		w2 = w3;
		w3 = _mm_sha256msg2_epu32(w4, w3);
	}
	*abef = _mm_add_epi32(*abef, abef_before);
	*cdgh = _mm_add_epi32(*cdgh, cdgh_before);
}

__attribute__((target("sha,sse4.1"))) void
sha256_blocks_x86(uint32_t h[8], const unsigned char *blocks, size_t n)
{
	__m128i abef = _mm_set_epi32((int)h[0], (int)h[1], (int)h[4], (int)h[5]);
	__m128i cdgh = _mm_set_epi32((int)h[2], (int)h[3], (int)h[6], (int)h[7]);

	for (; n; n--, blocks += 64)
		add_block_x86(&abef, &cdgh, blocks);
	h[0] = (uint32_t)_mm_extract_epi32(abef, 3);
	h[1] = (uint32_t)_mm_extract_epi32(abef, 2);
	h[4] = (uint32_t)_mm_extract_epi32(abef, 1);
	h[5] = (uint32_t)_mm_extract_epi32(abef, 0);
	h[2] = (uint32_t)_mm_extract_epi32(cdgh, 3);
	h[3] = (uint32_t)_mm_extract_epi32(cdgh, 2);
	h[6] = (uint32_t)_mm_extract_epi32(cdgh, 1);
	h[7] = (uint32_t)_mm_extract_epi32(cdgh, 0);
}

#else

bool
sha256_has_x86(void)
{
	return false;
}

void
sha256_blocks_x86(uint32_t h[8], const unsigned char *blocks, size_t n)
{
	(void)h, (void)blocks, (void)n;
	abort();
}

#endif

void
sha256_blocks(uint32_t h[8], const unsigned char *blocks, size_t n)
{
	static void (*fastest)(uint32_t[8], const unsigned char *, size_t);

	if (!fastest)
		fastest = sha256_has_x86() ? sha256_blocks_x86 : sha256_blocks_plain;
	fastest(h, blocks, n);
}
