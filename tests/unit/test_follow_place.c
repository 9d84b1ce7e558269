/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "io/follow_place.h"

#define HASH "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
#define MARK "12:3456:4000:1795290310123456789:1024:" HASH

static bool
parses(const char *text)
{
	struct follow_place place;

	return follow_place_parse(span_str(text), &place);
}

static void
test_text(void)
{
	struct follow_place place = {.part = {12, 3456, 4000, 1795290310123456789, 1024, {0}}};
	struct follow_place back;
	struct buf text;

	for (int i = 0; i < SHA256_LEN; i++)
		place.part.head_sha256[i] = (unsigned char)i;
	place.part.head_sha256[31] = 0xff;
	buf_init(&text, FOLLOW_PLACE_TEXT_MAX);
	follow_place_put(&text, &place);
	SAME_SPAN(buf_span(&text), SPAN_LIT("place/1 " MARK " -"), "a place as text");
	OK(follow_place_parse(buf_span(&text), &back) && follow_place_same(&place, &back),
	    "and back");
	place.before = place.part;
	place.before.inode = UINT64_MAX;
	place.before.size = place.before.offset = INT64_MAX;
	place.before.changed_ns = INT64_MAX;
	place.part = place.before;
	buf_clear(&text);
	follow_place_put(&text, &place);
	OK(follow_place_parse(buf_span(&text), &back) && follow_place_same(&place, &back),
	    "with all that may be in it");
	OK(!text.overflow, "in FOLLOW_PLACE_TEXT_MAX octets");
	buf_clear(&text);
	place = (struct follow_place){0};
	follow_place_put(&text, &place);
	SAME_SPAN(buf_span(&text), SPAN_LIT("place/1 - -"), "an empty place");
	OK(follow_place_parse(buf_span(&text), &back) && follow_place_same(&place, &back),
	    "and back");
	buf_free(&text);
}

static void
test_same(void)
{
	struct follow_place a = {.part = {1, 2, 3, 4, 2, {5}}}, b = a;

	OK(follow_place_same(&a, &b), "two that are the same");
	b.part.head_sha256[31] = 1;
	OK(!follow_place_same(&a, &b), "another head");
	b = a;
	b.before.inode = 9;
	OK(!follow_place_same(&a, &b), "another part before");
}

static void
test_strict(void)
{
	static const char *const bad[] = {
	    "",
	    "place/1",
	    "place/1 -",
	    "place/1 - ",
	    "place/1 - - ",
	    "place/1  - -",
	    "place/2 - -",
	    "place/1 - " MARK,
	    "place/1 " MARK,
	    "place/1 " MARK " - -",
	    "place/1 0:3456:4000:1795290310123456789:1024:" HASH " -",
	    "place/1 012:3456:4000:1795290310123456789:1024:" HASH " -",
	    "place/1 +12:3456:4000:1795290310123456789:1024:" HASH " -",
	    "place/1 12:3456:4000:-1:1024:" HASH " -",
	    "place/1 12:3456:3455:1:1024:" HASH " -",
	    "place/1 12:3456:4000:1:1025:" HASH " -",
	    "place/1 12:3456:4000:1:0:" HASH " -",
	    "place/1 12:0:4000:1:0:" HASH " -",
	    "place/1 12:20:4000:1:21:" HASH " -",
	    "place/1 18446744073709551616:20:4000:1:20:" HASH " -",
	    "place/1 12:20:9223372036854775808:1:20:" HASH " -",
	    "place/1 12:20:4000:1:20:" HASH "0 -",
	    "place/1 12:20:4000:1:20:0" HASH " -",
	    "place/1 "
	    "12:20:4000:1:20:A00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1ef"
	    " -",
	};
	struct follow_place place;

	OK(parses("place/1 " MARK " " MARK), "a good one");
	OK(!parses("place/1 - -\n"), "not with a newline");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(!parses(bad[i]), bad[i]);
	place.part.inode = 7;
	OK(!follow_place_parse(SPAN_LIT("place/1 -"), &place) && !place.part.inode,
	    "after a bad one the place is empty");
}

/* A text with one octet changed is another place, or none. */
static void
test_changes(void)
{
	static const char good[] = "place/1 " MARK " " MARK;
	struct follow_place place;
	bool fine = true;
	struct buf text;

	buf_init(&text, FOLLOW_PLACE_TEXT_MAX);
	for (size_t i = 0; i < sizeof good - 1; i++)
		for (int octet = 0; octet < 256; octet++) {
			char changed[sizeof good];
			struct span s = {changed, sizeof good - 1};

			memcpy(changed, good, sizeof good);
			changed[i] = (char)octet;
			if (!follow_place_parse(s, &place))
				continue;
			buf_clear(&text);
			follow_place_put(&text, &place);
			fine = fine && span_eq(buf_span(&text), s);
		}
	OK(fine, "what is accepted is written again, octet for octet");
	buf_free(&text);
}

int
main(void)
{
	test_text();
	test_same();
	test_strict();
	test_changes();
	return tap_end();
}
