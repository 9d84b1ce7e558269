/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/value.h"

#include <stdlib.h>

#include "tests/tap.h"

static struct value v;
static struct buf scratch;

static void
begin(enum value_dialect dialect, struct span text)
{
	buf_clear(&scratch);
	value_init(&v, dialect, text, &scratch);
}

/* Skips all of text; is it a value, and nothing else? */
static enum value_why
skipped(enum value_dialect dialect, struct span text)
{
	begin(dialect, text);
	value_skip(&v);
	if (!v.why && !value_done(&v))
		return VALUE_BROKEN;
	return v.why;
}

static const struct {
	struct span text;
	bool json, python;
} grammar[] = {
    {SPAN_LIT("{}"), true, true},
    {SPAN_LIT(" { } "), true, true},
    {SPAN_LIT("[]"), true, true},
    {SPAN_LIT("\"\""), true, true},
    {SPAN_LIT("{\"a\":[1,{\"b\":null}],\"c\":true}"), true, true},
    {SPAN_LIT("[1, -2, 3.5, 1e9, -1.5E-3, 0]"), true, true},
    {SPAN_LIT("[NaN, Infinity, -Infinity]"), true, true},
    {SPAN_LIT("[true,false,null]"), true, true},
    {SPAN_LIT("\"a\\\"b\\\\\""), true, true},
    {SPAN_LIT("\"\x01\xff\""), true, true},
    {SPAN_LIT("[\r\n\t1\r\n]"), true, true},
    {SPAN_LIT(""), false, false},
    {SPAN_LIT("  "), false, false},
    {SPAN_LIT("{"), false, false},
    {SPAN_LIT("}"), false, false},
    {SPAN_LIT("[1"), false, false},
    {SPAN_LIT("[1,"), false, false},
    {SPAN_LIT("[1 2]"), false, false},
    {SPAN_LIT("[,1]"), false, false},
    {SPAN_LIT("[1,,2]"), false, false},
    {SPAN_LIT("[1,2,,]"), false, false},
    {SPAN_LIT("[1}"), false, false},
    {SPAN_LIT("{1,2]"), false, false},
    {SPAN_LIT("{\"a\"}"), false, true}, /* a set */
    {SPAN_LIT("{\"a\":}"), false, false},
    {SPAN_LIT("{\"a\":1 \"b\":2}"), false, false},
    {SPAN_LIT("{:1}"), false, false},
    {SPAN_LIT("{1:2}"), false, true},
    {SPAN_LIT("{\"a\":1,\"b\"}"), false, false},
    {SPAN_LIT("{\"a\",\"b\":1}"), false, false},
    {SPAN_LIT("[1,]"), false, true},
    {SPAN_LIT("{\"a\":1,}"), false, true},
    {SPAN_LIT("{,}"), false, false},
    {SPAN_LIT("(1, 'a')"), false, true},
    {SPAN_LIT("()"), false, true},
    {SPAN_LIT("{'a', (1,), None}"), false, true},
    {SPAN_LIT("{'a': True, 'b': False, 'c': None}"), false, true},
    {SPAN_LIT("'it\\'s'"), false, true},
    {SPAN_LIT("\"it's\""), true, true},
    {SPAN_LIT("b'\\xff'"), false, true},
    {SPAN_LIT("Rb\"\\\""), false, false}, /* even in a raw string a backslash guards a quote */
    {SPAN_LIT("r'\\d'"), false, true},
    {SPAN_LIT("u'x'"), false, true},
    {SPAN_LIT("bb"), false, false},
    {SPAN_LIT("'a"), false, false},
    {SPAN_LIT("'a\\"), false, false},
    {SPAN_LIT("'a\\'"), false, false},
    {SPAN_LIT("[1_000, 0x1F, 0o17, 0b11, +1, .5, 1., -0x1]"), false, true},
    {SPAN_LIT("[nan, inf, -inf]"), false, true},
    {SPAN_LIT("0x"), false, false},
    {SPAN_LIT("1e"), false, false},
    {SPAN_LIT("1a"), false, false},
    {SPAN_LIT("1.2.3"), false, false},
    {SPAN_LIT("-"), false, false},
    {SPAN_LIT("."), false, false},
    {SPAN_LIT("--1"), false, false},
    {SPAN_LIT("truex"), false, false},
    {SPAN_LIT("undefined"), false, false},
    {SPAN_LIT("__import__('os')"), false, false},
    {SPAN_LIT("[].append(1)"), false, false},
    {SPAN_LIT("1 if 1 else 2"), false, false},
    {SPAN_LIT("1+1"), false, false},
    {SPAN_LIT("[1] # end"), false, false},
    {SPAN_LIT("{} {}"), false, false},
    {SPAN_LIT("\0"), false, false},
};

static void
test_grammar(void)
{
	char name[100];

	for (size_t i = 0; i < sizeof grammar / sizeof *grammar; i++) {
		snprintf(name, sizeof name, "JSON, row %zu", i);
		OK((skipped(VALUE_JSON, grammar[i].text) == VALUE_FINE) == grammar[i].json, name);
		snprintf(name, sizeof name, "Python, row %zu", i);
		OK((skipped(VALUE_PYTHON, grammar[i].text) == VALUE_FINE) == grammar[i].python,
		    name);
	}
}

static void
test_walk(void)
{
	static const struct span text =
	    SPAN_LIT(" {\"a\" : \"x\\ny\", \"\\u0062\":[1,\"two\",{}], \"c\":{\"d\":4}, \"e\":5}");
	struct span key, s;
	uint64_t n;

	begin(VALUE_JSON, text);
	SAME_INT(value_kind(&v), VALUE_OBJECT, "an object");
	OK(value_object(&v), "entered");
	OK(value_member(&v, &key), "a first member");
	SAME_SPAN(key, SPAN_LIT("a"), "its key");
	OK(value_string(&v, &s), "a text");
	SAME_SPAN(s, SPAN_LIT("x\ny"), "its escapes are undone");
	OK(value_member(&v, &key), "a second");
	SAME_SPAN(key, SPAN_LIT("b"), "a key with an escape");
	OK(value_array(&v), "an array");
	OK(value_more(&v) && value_number(&v, &n), "a number");
	SAME_INT(n, 1, "which is 1");
	OK(value_more(&v) && !value_number(&v, &n), "a text is no number");
	OK(value_more(&v) && !value_string(&v, &s) && !s.p, "an object is no text");
	OK(!value_more(&v), "the array is over");
	OK(value_member(&v, &key) && span_eq(key, SPAN_LIT("c")), "on behind it");
	SAME_SPAN(value_skip(&v), SPAN_LIT("{\"d\":4}"), "what is stepped over");
	OK(value_member(&v, &key) && !value_object(&v), "a number is no object");
	OK(!value_member(&v, &key), "the object is over");
	OK(value_done(&v), "and so is the text");
	SAME_SPAN(s, (SPAN_LIT("")), "nothing is left of what was no text");
}

static void
test_python(void)
{
	static const struct span text =
	    SPAN_LIT("{'a': b'\\xff', 'b': r'\\d', 'c': {'x', \"y\"}, 5: ('p', u'q'), 'd': True,"
		     " 'e': 0, 'f': 1.0, 'g': None}");
	struct span key, s;

	begin(VALUE_PYTHON, text);
	value_enter(&v);
	OK(value_member(&v, &key) && value_string(&v, &s), "bytes");
	SAME_SPAN(s, SPAN_LIT("\xff"), "are octets");
	OK(value_member(&v, &key) && value_string(&v, &s), "a raw text");
	SAME_SPAN(s, SPAN_LIT("\\d"), "keeps its backslash");
	OK(value_member(&v, &key) && value_array(&v), "a set is a list");
	OK(value_more(&v) && value_string(&v, &s) && span_eq(s, SPAN_LIT("x")), "its first");
	OK(value_more(&v) && value_string(&v, &s) && span_eq(s, SPAN_LIT("y")), "its second");
	OK(!value_more(&v), "its end");
	OK(value_member(&v, &key), "a key that is a number");
	SAME_SPAN(key, SPAN_LIT("5"), "as it stands");
	OK(value_array(&v) && value_more(&v) && value_string(&v, &s), "a tuple");
	OK(value_more(&v) && value_string(&v, &s) && span_eq(s, SPAN_LIT("q")), "and its second");
	OK(!value_more(&v), "its end");
	OK(value_member(&v, &key) && value_true(&v), "True is true");
	OK(value_member(&v, &key) && !value_true(&v), "0 is not");
	OK(value_member(&v, &key) && !value_true(&v), "nor any other number");
	OK(value_member(&v, &key) && !value_true(&v), "None is not");
	OK(!value_member(&v, &key) && value_done(&v), "the end");
}

static void
test_numbers(void)
{
	static const struct {
		struct span text;
		bool good;
		uint64_t n;
	} rows[] = {
	    {SPAN_LIT("0"), true, 0},
	    {SPAN_LIT("65536"), true, 65536},
	    {SPAN_LIT("999999999999999999"), true, 999999999999999999},
	    {SPAN_LIT("1000000000000000000"), false, 0},
	    {SPAN_LIT("-1"), false, 0},
	    {SPAN_LIT("1.0"), false, 0},
	    {SPAN_LIT("1e3"), false, 0},
	    {SPAN_LIT("\"1\""), false, 0},
	    {SPAN_LIT("true"), false, 0},
	};
	uint64_t n;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		begin(VALUE_JSON, rows[i].text);
		OK(value_number(&v, &n) == rows[i].good && (!rows[i].good || n == rows[i].n),
		    rows[i].text.p);
		OK(value_done(&v), "is taken either way");
	}
}

/* After an error nothing more is read, whatever is asked for. */
static void
test_sticky(void)
{
	struct span key, s;
	uint64_t n;

	begin(VALUE_JSON, SPAN_LIT("{\"a\":@,\"b\":1}"));
	value_enter(&v);
	OK(value_member(&v, &key), "a member");
	OK(!value_string(&v, &s) && !s.p, "that is none");
	OK(!value_member(&v, &key), "no more members");
	OK(!value_more(&v) && !value_number(&v, &n) && !value_true(&v), "nothing of any kind");
	OK(!value_object(&v) && !value_array(&v), "no containers");
	SAME_INT(value_skip(&v).n, 0, "nothing to step over");
	SAME_INT(v.why, VALUE_BROKEN, "the first fault stands");
	OK(!value_done(&v), "it is not done");
	begin(VALUE_JSON, SPAN_LIT("{\"a\":\"\\x\"}"));
	value_enter(&v);
	OK(value_member(&v, &key) && !value_string(&v, &s) && v.why, "an escape that is none");
	begin(VALUE_JSON, SPAN_LIT("1"));
	value_fail(&v);
	OK(!value_done(&v), "the caller's own verdict");
	OK(!value_more(&v) && v.why, "no container to step in");
}

static void
test_depth(void)
{
	char text[2 * 10000 + 1];
	struct span key;
	size_t n;

	for (n = 0; n < 10000; n++)
		text[n] = '[';
	memset(text + n, ']', n);
	SAME_INT(skipped(VALUE_JSON, (struct span){text, 2 * n}), VALUE_DEEP, "10,000 deep");
	SAME_INT(
	    skipped(VALUE_JSON, (struct span){text + n - VALUE_DEPTH_MAX, 2 * VALUE_DEPTH_MAX}),
	    VALUE_FINE, "as deep as it may be");
	SAME_INT(skipped(VALUE_JSON,
		     (struct span){text + n - VALUE_DEPTH_MAX - 1, 2 * VALUE_DEPTH_MAX + 2}),
	    VALUE_DEEP, "one too deep");
	memset(text, '{', n);
	SAME_INT(skipped(VALUE_PYTHON, (struct span){text, n}), VALUE_DEEP, "braces");
	memset(text, '(', n);
	SAME_INT(skipped(VALUE_PYTHON, (struct span){text, n}), VALUE_DEEP, "parentheses");
	begin(VALUE_PYTHON, (struct span){text, n});
	for (int i = 0; i < VALUE_DEPTH_MAX; i++)
		value_enter(&v);
	SAME_INT(v.why, VALUE_FINE, "entered by hand");
	value_enter(&v);
	SAME_INT(v.why, VALUE_DEEP, "and once too often");
	OK(!value_member(&v, &key), "nothing more");
}

/* Strings of every length and place, so that the eight octets at a time are right at both ends. */
static void
test_lengths(void)
{
	bool good = true;

	for (size_t n = 0; n < 40; n++)
		for (size_t at = 0; at <= n; at++) {
			char *text = malloc(n + 4), want[64];
			struct span s;

			/* In a block of just this size, so that a sanitizer sees an octet too many.
			 */
			text[0] = '"';
			memset(text + 1, 'x', n);
			memset(want, 'x', n);
			if (at < n) {
				text[1 + at] = '\xa2'; /* a quote but for its top bit */
				want[at] = '\xa2';
			}
			text[n + 1] = '"';
			begin(VALUE_JSON, (struct span){text, n + 2});
			good = good && value_string(&v, &s) && value_done(&v) &&
			       span_eq(s, (struct span){want, n});
			begin(VALUE_JSON, (struct span){text, n + 1});
			good = good && !value_string(&v, &s);
			if (at + 1 < n) {
				text[1 + at] = '\\';
				text[2 + at] = '"';
				begin(VALUE_JSON, (struct span){text, n + 2});
				good =
				    good && value_string(&v, &s) && s.n == n - 1 && s.p[at] == '"';
			}
			free(text);
		}
	OK(good, "strings of all lengths");
}

/* Texts that were given out stay where they are, although later ones need room. */
static void
test_scratch(void)
{
	struct span first, s;
	struct buf text;
	bool good = true;

	buf_init(&text, 1 << 20);
	buf_puts(&text, "[\"fir\\u0073t\"");
	for (int i = 0; i < 5000; i++)
		buf_puts(&text, ",\"\\u00e9\\u00e9\"");
	buf_putc(&text, ']');
	begin(VALUE_JSON, buf_span(&text));
	value_enter(&v);
	OK(value_more(&v) && value_string(&v, &first), "a first text");
	while (value_more(&v))
		good = value_string(&v, &s) && span_eq(s, SPAN_LIT("\xc3\xa9\xc3\xa9")) && good;
	OK(good && value_done(&v), "5,000 more");
	SAME_SPAN(first, SPAN_LIT("first"), "it is still there");
	buf_free(&text);
}

int
main(void)
{
	buf_init(&scratch, 1 << 20);
	test_grammar();
	test_walk();
	test_python();
	test_numbers();
	test_sticky();
	test_depth();
	test_lengths();
	test_scratch();
	buf_free(&scratch);
	return tap_end();
}
