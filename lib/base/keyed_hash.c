/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/keyed_hash.h"

static uint64_t key[4];

void
keyed_hash_seed(const struct rng *rng)
{
	for (size_t i = 0; i < 4; i++)
		key[i] = rng_u64(rng);
}

struct sip {
	uint64_t a, b, c, d;
};

static inline uint64_t
rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static inline void
sip_round(struct sip *s)
{
	s->a += s->b;
	s->b = rotate(s->b, 13) ^ s->a;
	s->a = rotate(s->a, 32);
	s->c += s->d;
	s->d = rotate(s->d, 16) ^ s->c;
	s->a += s->d;
	s->d = rotate(s->d, 21) ^ s->a;
	s->c += s->b;
	s->b = rotate(s->b, 17) ^ s->c;
	s->c = rotate(s->c, 32);
}

/* The words in the order of the machine: no hash leaves the process. */
static inline uint64_t
word(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

static inline uint64_t
end(struct sip *s)
{
	for (int i = 0; i < 3; i++)
		sip_round(s);
	return s->a ^ s->b ^ s->c ^ s->d;
}

static inline struct sip
start(struct span text, uint64_t mark)
{
	struct sip s = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du ^ mark,
	    key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
	uint64_t last = (uint64_t)text.n << 56;
	size_t at = 0;

	for (; text.n - at >= 8; at += 8) {
		uint64_t w = word(text.p + at);

		s.d ^= w;
		sip_round(&s);
		s.a ^= w;
	}
	for (size_t i = 0; at + i < text.n; i++)
		last |= (uint64_t)(unsigned char)text.p[at + i] << (8 * i);
	s.d ^= last;
	sip_round(&s);
	s.a ^= last;
	return s;
}

uint64_t
keyed_hash(struct span text)
{
	struct sip s = start(text, 0);

	s.c ^= 0xff;
	return end(&s);
}

struct hash128
keyed_hash_128(struct span text)
{
	struct sip s = start(text, 0xee);
	struct hash128 h;

	s.c ^= 0xee;
	h.a = end(&s);
	s.b ^= 0xdd;
	h.b = end(&s);
	return h;
}

static inline uint64_t
fold(uint64_t x, uint64_t y)
{
	__uint128_t product = (__uint128_t)x * y;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t
keyed_hash_words(const uint32_t *words, size_t words_n)
{
	uint64_t h = key[2] ^ words_n;

	for (size_t i = 0; i + 1 < words_n; i += 2)
		h = fold(h ^ words[i] ^ 0x9e3779b97f4a7c15u,
		    key[3] ^ words[i + 1] ^ 0xe7037ed1a0b428dbu);
	if (words_n % 2)
		h = fold(
		    h ^ words[words_n - 1] ^ 0x9e3779b97f4a7c15u, key[3] ^ 0x8ebc6af09c88c6e3u);
	return fold(h, 0xa0761d6478bd642fu ^ key[2]);
}
