/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/csv.h"

#include "report/when.h"
#include "tests/tap.h"

static void
test_fields(void)
{
	static const struct {
		const char *text, *field;
	} fields[] = {
	    {NULL, ""},
	    {"", ""},
	    {"plain", "\"plain\""},
	    {"a,b", "\"a,b\""},
	    {"say \"x\"", "\"say \"\"x\"\"\""},
	    {"two\r\nlines", "\"two\r\nlines\""},
	    {"=1+1", "\"'=1+1\""},
	    {"+1", "\"'+1\""},
	    {"-1", "\"'-1\""},
	    {"@x", "\"'@x\""},
	    {"\t=1", "\"'\t=1\""},
	    {"\r=1", "\"'\r=1\""},
	    {"a=1", "\"a=1\""},
	    {"\x1b[31m", "\"\xef\xbf\xbd[31m\""},
	    {"\xff", "\"\xef\xbf\xbd\""},
	    {"\x7f\xc2\x9b\xe2\x80\xae\xc3\xa9",
		"\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xc3\xa9\""},
	    {"\xc3\xa4", "\"\xc3\xa4\""},
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct buf out;
		struct csv c = {.out = &out};

		buf_init(&out, 1000);
		csv_text(&c, fields[i].text);
		SAME_STR(buf_str(&out), fields[i].field, "a field");
		buf_free(&out);
	}
}

static void
test_line(void)
{
	struct buf out;
	struct csv c = {.out = &out};

	buf_init(&out, 1000);
	csv_text(&c, NULL);
	csv_number(&c, -5);
	csv_time(&c, 0);
	csv_time(&c, (int64_t)1795290567 * 1000000 + 621223);
	csv_end(&c);
	csv_number(&c, 1);
	csv_end(&c);
	SAME_STR(buf_str(&out), ",-5,,2026-11-21T19:49:27Z\r\n1\r\n", "a line after the other");
	buf_free(&out);
}

static void
test_when(void)
{
	char out[WHEN_TEXT_MAX];

	SAME_STR(when_people(-1, out), "1969-12-31 23:59:59", "before 1970, rounded down");
	SAME_STR(when_machine(0, out), "1970-01-01T00:00:00Z", "1970");
	SAME_STR(when_people(INT64_MAX, out), "9223372036854", "a year of six digits");
	SAME_STR(when_day(20778, out), "2026-11-21", "a day");
	SAME_STR(when_day(INT64_MAX, out), "day 9223372036854775807", "no day at all");
}

int
main(void)
{
	test_fields();
	test_line();
	test_when();
	return tap_end();
}
