/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "base/rng.h"
#include "delivery/mailname.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NOFROM "54226e91d75bcdb0bd80d04b5e6a3722291b3ab112ea18e07cf66a7d8ea19ec3"

static struct arena *arena;

static bool
is_id(struct span subject)
{
	return span_eq(mailname_id(arena, subject, SPAN_LIT("x"), 1), span_trim(subject));
}

static void
test_subject_ids(void)
{
	OK(is_id(SPAN_LIT("1234567890:" HEX ":7")), "a subject id");
	OK(is_id(SPAN_LIT(" \t1234567890:" HEX ":70000 ")), "blanks around it");
	OK(!is_id(SPAN_LIT("123456789:" HEX ":7")), "nine digits");
	OK(!is_id(SPAN_LIT("12345678901:" HEX ":7")), "eleven");
	OK(!is_id(SPAN_LIT("1234567890:" HEX "0:7")), "65 hex digits");
	OK(!is_id(SPAN_LIT("1234567890:A" HEX ":7")), "a capital");
	OK(!is_id(SPAN_LIT("1234567890:" HEX ":")), "no number");
	OK(!is_id(SPAN_LIT("1234567890:" HEX)), "no end");
	OK(!is_id(SPAN_LIT("1234567890:" HEX ":7x")), "something behind it");
	OK(!is_id(SPAN_LIT("1234567890:" HEX ":7/../x")), "a path behind it");
	OK(!is_id(SPAN_LIT("../1234567890:" HEX ":7")), "a path before it");
	OK(!is_id(SPAN_LIT("Re: 1234567890:" HEX ":7")), "a reply");
	OK(!is_id(SPAN_LIT("1234567890:" HEX ":7\0")), "a NUL");
	OK(!is_id((struct span){NULL, 0}) && !is_id(SPAN_LIT("")), "no subject");
}

static void
test_ids(void)
{
	struct span none = {NULL, 0};

	/* printf %s a@example.net | sha256sum; printf nofrom | sha256sum */
	SAME_SPAN(mailname_id(arena, none, SPAN_LIT("a@example.net"), 1767607200),
	    SPAN_LIT("1767607200:3a915e6458ec3df4989ce2891de9069d0292a4ae766dd82c07aa699cc2a0c199"),
	    "second and From");
	SAME_SPAN(mailname_id(arena, none, none, 5), SPAN_LIT("5:" NOFROM), "no From");
	OK(!span_eq(mailname_id(arena, none, SPAN_LIT(""), 5), mailname_id(arena, none, none, 5)),
	    "an empty From is another thing");
	SAME_SPAN(
	    mailname_numbered(arena, SPAN_LIT("id"), 1), SPAN_LIT("id"), "the first of a name");
	SAME_SPAN(mailname_numbered(arena, SPAN_LIT("id"), 12), SPAN_LIT("id.12"), "the twelfth");
}

static void
test_files(void)
{
	SAME_STR(mailname_file(arena, SPAN_LIT("1:ab"), SPAN_LIT("m+x=y_z.-@example.com:")),
	    "1:ab-m+x=y_z.-@example.com:", "safe octets stay");
	SAME_STR(mailname_file(arena, SPAN_LIT("1"), SPAN_LIT("\"a/../b\" \0\n%\xc3\xa9")),
	    "1-%22a%2F..%2Fb%22%20%00%0A%25%C3%A9", "others do not");
	SAME_STR(mailname_file(arena, SPAN_LIT("1"), (struct span){NULL, 0}), "1-", "no recipient");
}

/* Whatever a recipient looks like, the name stays in its folder and fits; different recipients have
 * different names. */
static void
test_any_recipient(void)
{
	static const char safe[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@._+:=-%";
	struct span id = SPAN_LIT("1767607200:" HEX);
	uint64_t seed = 17;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0, same = 0, longest = 0;

	for (int i = 0; i < 20000; i++) {
		struct arena *a = arena_new();
		char octets[400], twin[400];
		struct span rcpt = {octets, 1 + rng_below(&r, sizeof octets - 1)};
		const char *name, *other;
		size_t n;

		for (size_t k = 0; k < rcpt.n; k++)
			octets[k] =
			    rng_below(&r, 2) ? "./ %0"[rng_below(&r, 5)] : (char)rng_u64(&r);
		memcpy(twin, octets, rcpt.n);
		twin[rng_below(&r, rcpt.n)] ^= 1;
		name = mailname_file(a, id, rcpt);
		other = mailname_file(a, id, (struct span){twin, rcpt.n});
		n = strlen(name);
		longest = n > longest ? (unsigned)n : longest;
		wrong += n > MAILNAME_MAX || strspn(name, safe) != n || name[0] == '.';
		same += !strcmp(name, other);
		arena_free(a);
	}
	SAME_INT(wrong, 0, "a name of at most 255 safe octets");
	SAME_INT(longest, MAILNAME_MAX, "long ones use the room");
	SAME_INT(same, 0, "no two recipients share one");
}

int
main(void)
{
	arena = arena_new();
	test_subject_ids();
	test_ids();
	test_files();
	test_any_recipient();
	arena_free(arena);
	return tap_end();
}
