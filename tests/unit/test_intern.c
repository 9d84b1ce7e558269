/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/intern.h"

#include <stdlib.h>

#include "base/keyed_hash.h"
#include "tests/tap.h"

enum { MANY = 50000 };

static uint32_t
add(struct intern *t, struct span s)
{
	return intern_add(t, s, keyed_hash(s));
}

static void
test_texts(void)
{
	struct intern t = {0};
	char *big = malloc(100000), text[32];
	bool good = true;

	SAME_INT(intern_find(&t, SPAN_LIT("a"), keyed_hash(SPAN_LIT("a"))), 0, "an empty table");
	SAME_INT(add(&t, SPAN_LIT("a")), 1, "numbers count from 1");
	SAME_INT(add(&t, SPAN_LIT("")), 2, "the empty text is one");
	SAME_INT(add(&t, SPAN_LIT("a\0b")), 3, "NUL is an octet");
	SAME_INT(add(&t, SPAN_LIT("a")), 1, "the same text, the same number");
	memset(big, 'x', 100000);
	SAME_INT(add(&t, (struct span){big, 100000}), 4, "a long one");
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "name%d.example", i);
		good = good && add(&t, span_str(text)) == (uint32_t)i + 5;
	}
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "name%d.example", i);
		good = good && add(&t, span_str(text)) == (uint32_t)i + 5 &&
		       span_eq(intern_text(&t, (uint32_t)i + 5), span_str(text));
	}
	OK(good, "many, found again");
	SAME_SPAN(intern_text(&t, 3), SPAN_LIT("a\0b"), "texts stay");
	OK(span_eq(intern_text(&t, 4), (struct span){big, 100000}), "long ones too");
	SAME_SPAN(intern_text(&t, 0), SPAN_LIT(""), "number 0 is none");
	intern_free(&t);
	free(big);
}

static void
test_records(void)
{
	struct intern_records t = {.words_n = 3};
	bool good = true;

	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < MANY; i++) {
			uint32_t words[3] = {i % 7, i, 0};

			good = good && intern_record(&t, words) == i + 1;
		}
	OK(good, "records, found again");
	SAME_INT(intern_words(&t, 100)[1], 99, "their words");
	intern_records_free(&t);
}

/* The vectors of SipHash-1-3 do not apply: words are in the machine's order and the key is ours.
 * What matters is that nothing but the octets decides. */
static void
test_hash(void)
{
	uint64_t seed = 7;
	struct rng rng = rng_seeded(&seed);
	char text[64] = {0};
	uint64_t before = keyed_hash(SPAN_LIT("example"));
	bool differ = true;

	OK(keyed_hash_128(SPAN_LIT("example")).a != before, "the long hash is another");
	keyed_hash_seed(&rng);
	OK(keyed_hash(SPAN_LIT("example")) != before, "the key matters");
	OK(keyed_hash((struct span){text, 8}) != keyed_hash((struct span){text, 9}),
	    "so does length");
	for (size_t bit = 0; bit < 8 * sizeof text; bit++) {
		struct span s = {text, sizeof text};
		struct hash128 one = keyed_hash_128(s), two;

		text[bit / 8] = (char)(1 << bit % 8);
		two = keyed_hash_128(s);
		differ = differ && one.a != two.a && one.b != two.b;
		text[bit / 8] = 0;
	}
	OK(differ, "each bit matters");
}

int
main(void)
{
	test_texts();
	test_records();
	test_hash();
	return tap_end();
}
