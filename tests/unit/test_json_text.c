/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/json_text.h"
#include "base/rng.h"
#include "base/utf8.h"

static struct buf out;

static struct span
string_of(struct span s)
{
	buf_clear(&out);
	json_text_string(&out, s);
	return buf_span(&out);
}

static void
test_strings(void)
{
	SAME_SPAN(string_of(SPAN_LIT("")), SPAN_LIT("\"\""), "nothing");
	SAME_SPAN(string_of(SPAN_LIT("a b/c")), SPAN_LIT("\"a b/c\""), "plain text");
	SAME_SPAN(string_of(SPAN_LIT("\"\\")), SPAN_LIT("\"\\\"\\\\\""), "quote and backslash");
	SAME_SPAN(string_of(SPAN_LIT("\b\f\n\r\t")), SPAN_LIT("\"\\b\\f\\n\\r\\t\""),
	    "controls with a letter");
	SAME_SPAN(string_of(SPAN_LIT("\0\x01\x1f\x7f")),
	    SPAN_LIT("\"\\u0000\\u0001\\u001f\\u007f\""), "controls without");
	SAME_SPAN(string_of(SPAN_LIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")),
	    SPAN_LIT("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""), "UTF-8");
	SAME_SPAN(string_of(SPAN_LIT("a\xff\xed\xa0\x80z\xc3")),
	    SPAN_LIT("\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\""),
	    "what is no UTF-8");
}

/* What acts is escaped, its neighbours are not. */
static void
test_acting(void)
{
	SAME_SPAN(string_of(SPAN_LIT("~\x7f\xc2\x80z\xc2\x9b[2J\xc2\x9f\xc2\xa0")),
	    SPAN_LIT("\"~\\u007f\\u0080z\\u009b[2J\\u009f\xc2\xa0\""), "DEL and C1");
	SAME_SPAN(string_of(SPAN_LIT("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf")),
	    SPAN_LIT("\"\xe2\x80\xa7\\u2028\\u202e\xe2\x80\xaf\""),
	    "line separators and what turns text around");
	SAME_SPAN(string_of(SPAN_LIT("\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa")),
	    SPAN_LIT("\"\xe2\x81\xa5\\u2066\\u2069\xe2\x81\xaa\""), "isolates");
	SAME_SPAN(string_of(SPAN_LIT("\xef\xbb\xbf\xef\xbf\xbd\xd8\x9c")),
	    SPAN_LIT("\"\\ufeff\xef\xbf\xbd\\u061c\""), "a byte order mark, not U+FFFD");
}

/* The text that json_text_tame makes of another writer's. */
static struct span
tamed(struct span before, struct span text)
{
	buf_clear(&out);
	buf_put(&out, before);
	buf_put(&out, text);
	json_text_tame(&out, before.n);
	return buf_span(&out);
}

static void
test_tame(void)
{
	struct buf small;

	SAME_SPAN(tamed(SPAN_LIT("\x7f"), SPAN_LIT("{\"a\":\"\xc3\xa9\"}")),
	    SPAN_LIT("\x7f{\"a\":\"\xc3\xa9\"}"), "nothing to tame, and what stood before stays");
	SAME_SPAN(tamed(SPAN_LIT(""), SPAN_LIT("")), SPAN_LIT(""), "nothing at all");
	SAME_SPAN(tamed(SPAN_LIT("x"), SPAN_LIT("[\"\x7f\xc2\x9b\xe2\x80\xae\\n\",\"\xc2\x85\"]")),
	    SPAN_LIT("x[\"\\u007f\\u009b\\u202e\\n\",\"\\u0085\"]"), "several");
	buf_init(&small, 8);
	buf_put(&small, SPAN_LIT("\"a\x7f\x7f\""));
	json_text_tame(&small, 0);
	OK(small.overflow && small.n <= 8, "a limit holds");
	buf_free(&small);
}

static size_t
encode(char *to, unsigned code)
{
	static const unsigned char mark[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = n; --i; code >>= 6)
		to[i] = (char)(0x80 | (code & 0x3f));
	to[0] = (char)(mark[n] | code);
	return n;
}

/* Both writers give the same text (but for controls, whose digits are capitals in jansson's), and a
 * parser the same value. */
static void
test_same(void)
{
	unsigned wrong = 0, escaped = 0;

	for (unsigned code = 1; code < 0x12000; code++) {
		char octets[4];
		struct span s = {octets, encode(octets, code)};
		json_t *value;
		char *dumped;

		if (code >= 0xd800 && code < 0xe000)
			continue;
		value = json_stringn(s.p, s.n);
		dumped = json_dumps(value, JSON_ENCODE_ANY);
		json_decref(value);
		tamed(SPAN_LIT(""), span_str(dumped));
		free(dumped);
		dumped = strdup(buf_str(&out));
		wrong += code >= 0x20 && !span_eq(string_of(s), span_str(dumped));
		free(dumped);
		escaped += out.p[1] == '\\';
		value = json_loadb(out.p, out.n, JSON_DECODE_ANY, NULL);
		wrong += !value || !span_eq(span_str(json_string_value(value)), s);
		json_decref(value);
	}
	SAME_INT(wrong, 0, "both writers give the same text, and the value is the same");
	SAME_INT(escaped, 31 + 2 + 33 + 1 + 2 + 7 + 4 + 1, "so many code points are escaped");
}

/* Strings are copied eight octets at a time: the same as one by one. */
static void
test_long(void)
{
	static const char odd[] = "\"\\\x7f\x1f\n\x80\xc2\x9b\xe2\x80\xae";
	uint64_t seed = 14;
	struct rng r = rng_seeded(&seed);
	struct buf want;
	unsigned wrong = 0;

	buf_init(&want, 1000);
	for (int i = 0; i < 20000; i++) {
		char octets[40];
		struct span s = {octets, rng_below(&r, sizeof octets + 1)};

		for (size_t k = 0; k < s.n; k++)
			octets[k] = rng_below(&r, 6) ? (char)(' ' + rng_below(&r, 95))
						     : odd[rng_below(&r, sizeof odd)];
		buf_clear(&want);
		buf_putc(&want, '"');
		for (struct span rest = s; rest.n;) {
			size_t n = utf8_sequence(rest, NULL);
			struct span one = string_of((struct span){rest.p, n ? n : 1});

			buf_put(&want, (struct span){one.p + 1, one.n - 2});
			rest = span_from(rest, n ? n : 1);
		}
		buf_putc(&want, '"');
		wrong += !span_eq(string_of(s), buf_span(&want));
	}
	SAME_INT(wrong, 0, "a string is what its code points are, one after the other");
	buf_free(&want);
}

/* A real parser reads each octet back. */
static void
test_every_octet(void)
{
	bool good = true;

	for (int i = 0; i < 256; i++) {
		char octet = (char)i;
		struct span text = string_of((struct span){&octet, 1});
		json_t *value = json_loadb(text.p, text.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

		good = good && value;
		good = good && (i < 0x80 ? json_string_length(value) == 1 &&
					       json_string_value(value)[0] == octet
					 : !strcmp(json_string_value(value), "\xef\xbf\xbd"));
		json_decref(value);
	}
	OK(good, "every octet alone is valid JSON, and the same or U+FFFD");
}

static void
test_members(void)
{
	buf_clear(&out);
	buf_putc(&out, '{');
	json_text_key(&out, "a");
	json_text_int(&out, INT64_MIN);
	json_text_key(&out, "b");
	json_text_string_or_null(&out, (struct span){NULL, 0});
	json_text_key(&out, "c");
	json_text_string_or_null(&out, SPAN_LIT(""));
	json_text_key(&out, "d");
	buf_putc(&out, '[');
	json_text_next(&out);
	json_text_int(&out, 0);
	json_text_next(&out);
	json_text_int(&out, 42);
	buf_puts(&out, "]}");
	SAME_SPAN(buf_span(&out),
	    SPAN_LIT("{\"a\":-9223372036854775808,\"b\":null,\"c\":\"\",\"d\":[0,42]}"),
	    "commas come by themselves");
}

static struct span
seconds_of(int64_t us)
{
	buf_clear(&out);
	json_text_seconds(&out, us);
	return buf_span(&out);
}

static void
test_seconds(void)
{
	SAME_SPAN(seconds_of(1795290567000000), SPAN_LIT("1795290567"), "whole seconds");
	SAME_SPAN(seconds_of(1795290567000001), SPAN_LIT("1795290567.000001"), "a microsecond");
	SAME_SPAN(seconds_of(1795290567621220), SPAN_LIT("1795290567.621220"), "six decimals");
	SAME_SPAN(seconds_of(0), SPAN_LIT("0"), "nought");
	SAME_SPAN(seconds_of(-1500000), SPAN_LIT("-1"), "before 1970: without fraction");
}

static void
test_limit(void)
{
	struct buf small;

	buf_init(&small, 10);
	json_text_string(&small, SPAN_LIT("abc"));
	OK(small.overflow, "what may not fit is not written");
	buf_clear(&small);
	json_text_key(&small, "12345678");
	OK(small.overflow, "nor is a key");
	buf_clear(&small);
	json_text_key(&small, "1234567");
	SAME_SPAN(buf_span(&small), SPAN_LIT("\"1234567\":"), "a key that just fits is");
	buf_free(&small);
}

int
main(void)
{
	buf_init(&out, 1 << 16);
	test_strings();
	test_acting();
	test_tame();
	test_same();
	test_long();
	test_every_octet();
	test_members();
	test_seconds();
	test_limit();
	buf_free(&out);
	return tap_end();
}
