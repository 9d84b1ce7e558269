/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/value_text.h"

#include "tests/tap.h"

static const struct {
	const char *name;
	struct span from, to;
	bool good;
} json_rows[] = {
    {"plain text stays", SPAN_LIT("plain \xc3\xa9"), SPAN_LIT("plain \xc3\xa9"), true},
    {"all short escapes", SPAN_LIT("\\\"\\\\\\/\\b\\f\\n\\r\\t"), SPAN_LIT("\"\\/\b\f\n\r\t"),
	true},
    {"one to three octets", SPAN_LIT("\\u0041\\u00e9\\u20AC"), SPAN_LIT("A\xc3\xa9\xe2\x82\xac"),
	true},
    {"a pair", SPAN_LIT("\\ud83d\\ude00!"), SPAN_LIT("\xf0\x9f\x98\x80!"), true},
    {"half a pair", SPAN_LIT("a\\ud83db"),
	SPAN_LIT("a\xef\xbf\xbd"
		 "b"),
	true},
    {"two first halves", SPAN_LIT("\\ud83d\\ud83d\\ude00"),
	SPAN_LIT("\xef\xbf\xbd\xf0\x9f\x98\x80"), true},
    {"a second half alone", SPAN_LIT("\\ude00"), SPAN_LIT("\xef\xbf\xbd"), true},
    {"NUL", SPAN_LIT("a\\u0000b"), SPAN_LIT("a\0b"), true},
    {"raw octets stay", SPAN_LIT("\xff\x01"), SPAN_LIT("\xff\x01"), true},
    {"no such escape", SPAN_LIT("\\x41"), SPAN_LIT(""), false},
    {"too few digits", SPAN_LIT("\\u12"), SPAN_LIT(""), false},
    {"no digits", SPAN_LIT("\\u12g4"), SPAN_LIT(""), false},
    {"a backslash at the end", SPAN_LIT("a\\"), SPAN_LIT(""), false},
    {"nothing", SPAN_LIT(""), SPAN_LIT(""), true},
};

static const struct {
	const char *name;
	struct span from, to;
	bool bytes, good;
} python_rows[] = {
    {"short escapes", SPAN_LIT("\\\\\\'\\\"\\a\\b\\f\\n\\r\\t\\v"), SPAN_LIT("\\'\"\a\b\f\n\r\t\v"),
	false, true},
    {"\\x is a code point", SPAN_LIT("\\x41\\xe9"), SPAN_LIT("A\xc3\xa9"), false, true},
    {"\\x is an octet in bytes", SPAN_LIT("\\x41\\xe9"), SPAN_LIT("A\xe9"), true, true},
    {"\\u and \\U", SPAN_LIT("\\u20ac\\U0001F600"), SPAN_LIT("\xe2\x82\xac\xf0\x9f\x98\x80"), false,
	true},
    {"\\u is no escape in bytes", SPAN_LIT("\\u20ac"), SPAN_LIT("\\u20ac"), true, true},
    {"two halves are not joined", SPAN_LIT("\\ud83d\\ude00"), SPAN_LIT("\xef\xbf\xbd\xef\xbf\xbd"),
	false, true},
    {"over Unicode's end", SPAN_LIT("\\U00110000"), SPAN_LIT("\xef\xbf\xbd"), false, true},
    {"a name", SPAN_LIT("a\\N{LATIN SMALL LETTER A}b"),
	SPAN_LIT("a\xef\xbf\xbd"
		 "b"),
	false, true},
    {"\\N is no escape in bytes", SPAN_LIT("\\N{A}"), SPAN_LIT("\\N{A}"), true, true},
    {"octal", SPAN_LIT("\\0\\7\\101\\1018\\377"), SPAN_LIT("\0\aAA8\xc3\xbf"), false, true},
    {"octal in bytes", SPAN_LIT("\\377\\400"), SPAN_LIT("\xff\0"), true, true},
    {"an unknown one stays", SPAN_LIT("\\q\\8"), SPAN_LIT("\\q\\8"), false, true},
    {"an escaped line end", SPAN_LIT("a\\\nb"), SPAN_LIT("ab"), false, true},
    {"\\x cut short", SPAN_LIT("\\x4"), SPAN_LIT(""), false, false},
    {"\\u cut short", SPAN_LIT("\\u41"), SPAN_LIT(""), false, false},
    {"\\U with other letters", SPAN_LIT("\\U0000004g"), SPAN_LIT(""), false, false},
    {"\\N without a name", SPAN_LIT("\\N{}"), SPAN_LIT(""), false, false},
    {"\\N without its end", SPAN_LIT("\\N{A"), SPAN_LIT(""), false, false},
    {"a backslash at the end", SPAN_LIT("\\"), SPAN_LIT(""), false, false},
};

static void
test_put(void)
{
	static const struct span odd = SPAN_LIT("it's \\ \"x\" \r\n\t\0 \xc3\xa9 \xe2\x82\xac "
						"\xf0\x9f\x98\x80 \xff");
	struct buf out, back;

	buf_init(&out, 1000);
	buf_init(&back, 1000);
	value_text_put_python(&out, odd);
	SAME_SPAN(buf_span(&out),
	    SPAN_LIT("'it\\'s \\\\ \"x\" \\x0d\\x0a\\x09\\x00 \\xe9 \\u20ac \\U0001f600 \\ufffd'"),
	    "a literal of one line of ASCII");
	OK(value_text_python(&back, (struct span){out.p + 1, out.n - 2}, false), "is read again");
	SAME_SPAN(buf_span(&back),
	    SPAN_LIT("it's \\ \"x\" \r\n\t\0 \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xef\xbf\xbd"),
	    "as it was, but for what is no UTF-8");
	buf_free(&out);
	buf_free(&back);
}

int
main(void)
{
	struct buf out;

	buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof json_rows / sizeof *json_rows; i++) {
		buf_clear(&out);
		if (OK(value_text_json(&out, json_rows[i].from) == json_rows[i].good,
			json_rows[i].name) &&
		    json_rows[i].good)
			SAME_SPAN(buf_span(&out), json_rows[i].to, json_rows[i].name);
	}
	for (size_t i = 0; i < sizeof python_rows / sizeof *python_rows; i++) {
		buf_clear(&out);
		if (OK(value_text_python(&out, python_rows[i].from, python_rows[i].bytes) ==
			    python_rows[i].good,
			python_rows[i].name) &&
		    python_rows[i].good)
			SAME_SPAN(buf_span(&out), python_rows[i].to, python_rows[i].name);
	}
	buf_free(&out);
	test_put();
	return tap_end();
}
