/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <openssl/sha.h>

#include "base/rng.h"
#include "base/sha256.h"

static void
test_vectors(void)
{
	static char million[1000000];
	char hex[SHA256_HEX_LEN + 1];

	sha256_hex_of((struct span){NULL, 0}, hex);
	SAME_STR(
	    hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "nothing");
	sha256_hex_of(SPAN_LIT("abc"), hex);
	SAME_STR(
	    hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "one block");
	sha256_hex_of(SPAN_LIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), hex);
	SAME_STR(
	    hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", "two blocks");
	sha256_hex_of(SPAN_LIT("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
			       "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
	    hex);
	SAME_STR(
	    hex, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1", "896 bits");
	memset(million, 'a', sizeof million);
	sha256_hex_of((struct span){million, sizeof million}, hex);
	SAME_STR(
	    hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", "a million");
}

/* A text gives the same digest in one piece, in two with each cut, and octet by octet, for each
 * length around the block size (the length itself is written behind the text). */
static void
test_split_points(void)
{
	char text[200], hex[SHA256_HEX_LEN + 1], whole[SHA256_HEX_LEN + 1];
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * 7);
	for (size_t n = 0; n <= sizeof text; n++) {
		struct sha256 s;

		sha256_hex_of((struct span){text, n}, whole);
		for (size_t at = 0; at <= n; at++) {
			sha256_init(&s);
			sha256_add(&s, (struct span){text, at});
			sha256_add(&s, (struct span){text + at, n - at});
			sha256_hex(&s, hex);
			wrong += strcmp(hex, whole) != 0;
		}
		sha256_init(&s);
		for (size_t i = 0; i < n; i++)
			sha256_add(&s, (struct span){text + i, 1});
		sha256_hex(&s, hex);
		wrong += strcmp(hex, whole) != 0;
	}
	SAME_INT(wrong, 0, "the pieces do not matter");
}

/* Texts of any length in any pieces, against libcrypto. */
static void
test_random(void)
{
	static unsigned char text[100000];
	uint64_t position = 1;
	struct rng rng = rng_seeded(&position);
	unsigned wrong = 0;

	for (int round = 0; round < 500; round++) {
		size_t n = rng_below(&rng, round % 10 ? 1000 : sizeof text + 1);
		size_t piece_max = 1 + rng_below(&rng, 1 + n / 3);
		unsigned char got[SHA256_LEN], want[SHA256_LEN];
		struct sha256 s;

		rng.fill(rng.state, text, n);
		sha256_init(&s);
		for (size_t at = 0, piece; at < n; at += piece) {
			piece = rng_below(&rng, piece_max + 1);
			piece = piece < n - at ? piece : n - at;
			sha256_add(&s, (struct span){(char *)text + at, piece});
		}
		sha256_end(&s, got);
		SHA256(text, n, want);
		wrong += memcmp(got, want, sizeof got) != 0;
	}
	SAME_INT(wrong, 0, "any text in any pieces is what libcrypto says");
}

int
main(void)
{
	test_vectors();
	test_split_points();
	test_random();
	return tap_end();
}
