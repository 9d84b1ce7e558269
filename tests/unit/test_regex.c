/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>

#include "io/regex.h"

static void
test_groups(void)
{
	struct regex *r = regex_new("^(\\w+)(?: to (\\w+))?: (.*)$");
	struct span g[4];

	OK(regex_match(r, SPAN_LIT("one to two: three"), g, 4) == REGEX_MATCH, "matches");
	SAME_SPAN(g[0], SPAN_LIT("one to two: three"), "group 0 is the whole");
	SAME_SPAN(g[1], SPAN_LIT("one"), "first group");
	SAME_SPAN(g[2], SPAN_LIT("two"), "second group");
	SAME_SPAN(g[3], SPAN_LIT("three"), "third group");
	OK(regex_match(r, SPAN_LIT("one: "), g, 4) == REGEX_MATCH,
	    "matches without the optional group");
	OK(!g[2].p, "a group that took no part has no place");
	OK(g[3].p && !g[3].n, "a group that matched nothing is empty, but has a place");
	OK(regex_match(r, SPAN_LIT("none"), g, 4) == REGEX_NO_MATCH, "no match");
	OK(regex_match(r, (struct span){NULL, 0}, g, 4) == REGEX_NO_MATCH,
	    "nothing does not match");
	OK(regex_match(r, SPAN_LIT("one: x"), g, 1) == REGEX_MATCH,
	    "fewer groups asked for than there are");
	regex_free(r);
	regex_free(NULL);
}

static void
test_bytes(void)
{
	struct regex *r = regex_new("^(.*)\\xff(.)$");
	struct span g[3];

	OK(regex_match(r, SPAN_LIT("a\0\xed\xa0\x80\xff\xfe"), g, 3) == REGEX_MATCH,
	    "any octets, NUL too");
	SAME_SPAN(g[2], SPAN_LIT("\xfe"), "one octet is one character");
	regex_free(r);
}

static void
test_limit(void)
{
	struct regex *r = regex_new("^(a+)+$");
	char many[2000];
	struct span g[1];

	memset(many, 'a', sizeof many);
	many[sizeof many - 1] = 'b';
	OK(regex_match(r, (struct span){many, sizeof many}, g, 1) == REGEX_TOO_COSTLY,
	    "a subject that would backtrack for ever is given up");
	OK(regex_match(r, SPAN_LIT("aaa"), g, 1) == REGEX_MATCH, "and the next one is fine");
	regex_free(r);
}

static void
test_try(void)
{
	struct regex *r = regex_try("^[a-z]+$", true);

	OK(!regex_try("(unclosed", false), "a pattern from a file may be wrong");
	OK(r && regex_match(r, SPAN_LIT("AbC"), NULL, 0) == REGEX_MATCH, "and may ignore case");
	regex_free(r);
	r = regex_try("^[a-z]+$", false);
	OK(r && regex_match(r, SPAN_LIT("AbC"), NULL, 0) == REGEX_NO_MATCH, "or not");
	regex_free(r);
}

int
main(void)
{
	test_groups();
	test_bytes();
	test_limit();
	test_try();
	return tap_end();
}
