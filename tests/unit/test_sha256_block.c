/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "base/rng.h"
#include "base/sha256_block.h"

static const uint32_t start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static uint64_t position = 4;

/* FIPS 180-4's first example: "abc", padded by hand. */
static void
test_vector(void (*way)(uint32_t[8], const unsigned char *, size_t), const char *name)
{
	static const uint32_t want[8] = {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223, 0xb00361a3,
	    0x96177a9c, 0xb410ff61, 0xf20015ad};
	unsigned char block[64] = {'a', 'b', 'c', 0x80, [63] = 24};
	uint32_t h[8];

	memcpy(h, start, sizeof h);
	way(h, block, 1);
	OK(!memcmp(h, want, sizeof h), name);
}

/* From any state, over any number of blocks, at any address. */
static void
test_same(struct rng rng)
{
	static unsigned char text[20 * 64 + 16];
	unsigned wrong = 0;

	for (int round = 0; round < 2000; round++) {
		size_t n = rng_below(&rng, 21), at = rng_below(&rng, 16);
		uint32_t plain[8], x86[8];

		rng.fill(rng.state, text, sizeof text);
		rng.fill(rng.state, plain, sizeof plain);
		memcpy(x86, plain, sizeof x86);
		sha256_blocks_plain(plain, text + at, n);
		sha256_blocks_x86(x86, text + at, n);
		wrong += memcmp(plain, x86, sizeof plain) != 0;
	}
	SAME_INT(wrong, 0, "the instructions give what plain C gives");
}

int
main(void)
{
	test_vector(sha256_blocks_plain, "one block in plain C");
	test_vector(sha256_blocks, "one block by the fastest way");
	if (sha256_has_x86()) {
		test_vector(sha256_blocks_x86, "one block by the instructions");
		test_same(rng_seeded(&position));
	} else {
		puts("# this processor has no SHA instructions");
	}
	return tap_end();
}
