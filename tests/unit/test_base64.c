/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdint.h>

#include "base/base64.h"
#include "base/rng.h"

static void
test_vectors(void)
{
	static const char *const rows[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
	    {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
	    {"\xff\xfb", "//s="}};
	struct buf b;

	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		base64_put(&b, span_str(rows[i][0]));
		SAME_STR(buf_str(&b), rows[i][1], "RFC 4648 section 10");
	}
	buf_free(&b);
}

static void
test_round_trip(void)
{
	uint64_t seed = 8;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0;
	struct buf text, back;
	char octets[200];

	buf_init(&text, 400);
	buf_init(&back, 400);
	for (size_t n = 0; n < sizeof octets; n++) {
		r.fill(r.state, octets, n);
		buf_clear(&text);
		buf_clear(&back);
		base64_put(&text, (struct span){octets, n});
		wrong += text.n != (n + 2) / 3 * 4 || !base64_take(&back, buf_span(&text)) ||
			 !span_eq(buf_span(&back), (struct span){octets, n});
	}
	SAME_INT(wrong, 0, "octets come back");
	buf_free(&text);
	buf_free(&back);
}

/* A text is taken exactly if it is what base64_put makes of the octets it stands for. */
static void
test_strict(void)
{
	static const char letters[] = "AQgw+/z9=\n-_ \0\xff";
	uint64_t seed = 9;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0, taken = 0;
	struct buf octets, again;

	buf_init(&octets, 100);
	buf_init(&again, 100);
	for (int i = 0; i < 300000; i++) {
		char text[9];
		struct span s = {text, i % 2 ? 4 : rng_below(&r, 9)};
		bool good;

		for (size_t k = 0; k < s.n; k++)
			text[k] = letters[rng_below(&r, rng_below(&r, 9) ? 9 : sizeof letters)];
		buf_clear(&octets);
		buf_clear(&again);
		good = base64_take(&octets, s);
		taken += good;
		base64_put(&again, buf_span(&octets));
		wrong += good != span_eq(buf_span(&again), s);
	}
	OK(taken > 1000, "some are taken");
	SAME_INT(wrong, 0, "foreign octets, wrong padding and left-over bits are refused");
	OK(!base64_take(&octets, SPAN_LIT("Zg=")), "short");
	OK(!base64_take(&octets, SPAN_LIT("Zh==")), "bits left over");
	OK(!base64_take(&octets, SPAN_LIT("Zg==Zg==")), "padding in the middle");
	buf_free(&octets);
	buf_free(&again);
}

int
main(void)
{
	test_vectors();
	test_round_trip();
	test_strict();
	return tap_end();
}
