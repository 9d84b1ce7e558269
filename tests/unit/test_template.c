/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "base/template.h"

static struct arena *arena;

/* What a text becomes with A=1 and LONG_2=@A@, or the error behind a "!". */
static const char *
fill(const char *text)
{
	struct template_value values[] = {
	    {SPAN_LIT("A"), SPAN_LIT("1"), false}, {SPAN_LIT("LONG_2"), SPAN_LIT("@A@"), false}};
	const char *error, *result;
	struct buf out;

	buf_init(&out, 1000);
	error = template_fill(arena, &out, span_str(text), values, 2);
	result = error ? arena_printf(arena, "!%s", error) : arena_dup(arena, buf_span(&out));
	buf_free(&out);
	return result;
}

int
main(void)
{
	struct template_value nul = {SPAN_LIT("A"), SPAN_LIT("\0"), false};
	struct buf out;

	arena = arena_new();
	SAME_STR(
	    fill("x@A@y@A@\n@LONG_2@"), "x1y1\n@A@", "places are filled, those in values are not");
	SAME_STR(fill("@@@A@@@@LONG_2@user@@host"), "@1@@A@user@host", "two @ are one");
	SAME_STR(
	    fill("\n\n@A@ @LONG_2@ @B@"), "!line 3: no value for @B@", "a place without value");
	SAME_STR(fill("@A@"), "!no place @LONG_2@ in the text for the value given",
	    "a value without place");
	SAME_STR(fill(""), "!no place @A@ in the text for the value given", "no text");
	SAME_STR(fill("a\nb@c"), "!line 2: a lone @; write @@ for one, or @NAME@ for a place",
	    "a lone @");
	SAME_STR(
	    fill("@"), "!line 1: a lone @; write @@ for one, or @NAME@ for a place", "only an @");
	SAME_STR(fill("@a@"), "!line 1: a lone @; write @@ for one, or @NAME@ for a place",
	    "small letters");
	SAME_STR(
	    fill("@A"), "!line 1: a lone @; write @@ for one, or @NAME@ for a place", "no end");
	buf_init(&out, 100);
	OK(!template_fill(arena, &out, SPAN_LIT("\0@A@"), &nul, 1), "NUL is an octet like others");
	SAME_SPAN(buf_span(&out), SPAN_LIT("\0\0"), "and stays");
	buf_free(&out);
	arena_free(arena);
	return tap_end();
}
