/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <jansson.h>

#include "base/json_text.h"

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
	SAME_SPAN(string_of(SPAN_LIT("\0\x01\x1f\x7f")), SPAN_LIT("\"\\u0000\\u0001\\u001f\x7f\""),
	    "controls without");
	SAME_SPAN(string_of(SPAN_LIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")),
	    SPAN_LIT("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""), "UTF-8");
	SAME_SPAN(string_of(SPAN_LIT("a\xff\xed\xa0\x80z\xc3")),
	    SPAN_LIT("\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\""),
	    "what is no UTF-8");
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
	test_every_octet();
	test_members();
	test_seconds();
	test_limit();
	buf_free(&out);
	return tap_end();
}
