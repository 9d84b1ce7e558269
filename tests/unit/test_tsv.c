/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/tsv.h"

#include <stdlib.h>

#include "base/rng.h"
#include "tests/tap.h"

enum { FIELD_MAX = 20 };

static struct buf unquoted, shown;

/* In these tests a row of several lines may not begin with !. */
static bool
no_mark(const struct tsv_row *row, size_t field_max)
{
	return field_max == FIELD_MAX && !span_starts(row->text, SPAN_LIT("!"));
}

static const struct tsv_rule rule = {FIELD_MAX, no_mark};

/* The rows of text, each as its fields with | between them, or "astray"; a newline within a field
 * is shown as it is. */
static const char *
rows(struct span text)
{
	struct tsv_row row;

	buf_clear(&shown);
	while (text.n) {
		tsv_next(&text, &rule, &row);
		buf_clear(&unquoted);
		buf_puts(&shown, row.astray ? "astray" : "");
		for (size_t i = 0; !row.astray && i < row.fields_n; i++) {
			buf_puts(&shown, i ? "|" : "");
			buf_put(&shown, tsv_field(&row, i, &unquoted));
		}
		buf_printf(&shown, " (%d)\n", (int)row.lines);
	}
	return buf_str(&shown);
}

static const struct {
	const char *name;
	struct span text;
	const char *rows;
} cases[] = {
    {"plain", SPAN_LIT("a\tb\tc\nd\te\tf\n"), "a|b|c (1)\nd|e|f (1)\n"},
    {"CRLF", SPAN_LIT("a\tb\r\nc\td\r\n"), "a|b (1)\nc|d (1)\n"},
    {"no line end at the end", SPAN_LIT("a\tb\nc\td"), "a|b (1)\nc|d (1)\n"},
    {"nothing but CR at the end", SPAN_LIT("a\tb\r"), "a|b (1)\n"},
    {"empty fields", SPAN_LIT("\t\t\n\ta\t\n"), "|| (1)\n|a| (1)\n"},
    {"empty lines", SPAN_LIT("\n\r\na\n"), " (1)\n (1)\na (1)\n"},
    {"quoted", SPAN_LIT("\"a\"\t\"b c\"\n"), "a|b c (1)\n"},
    {"an empty quoted field", SPAN_LIT("\"\"\t\"\"\n"), "| (1)\n"},
    {"doubled quotes", SPAN_LIT("\"a\"\"b\"\t\"\"\"\"\t\"\"\"x\"\"\"\n"), "a\"b|\"|\"x\" (1)\n"},
    {"a tab in quotes", SPAN_LIT("\"a\tb\"\tc\n"), "a\tb|c (1)\n"},
    {"a line end in quotes", SPAN_LIT("\"a\nb\r\nc\"\td\ne\n"), "a\nb\r\nc|d (3)\ne (1)\n"},
    {"quoted, CRLF", SPAN_LIT("a\t\"b\"\r\nc\n"), "a|b (1)\nc (1)\n"},
    {"quoted, at the end", SPAN_LIT("a\t\"b\""), "a|b (1)\n"},
    {"quoted with CR at the end", SPAN_LIT("a\t\"b\"\r"), "a|b (1)\n"},
    {"quoted over lines, at the end", SPAN_LIT("a\t\"b\nc\""), "a|b\nc (2)\n"},
    {"a quote within a field", SPAN_LIT("a\"b\tc\"\t\"d\"\n"), "a\"b|c\"|d (1)\n"},
    {"text behind a closing quote", SPAN_LIT("\"a\"b\tc\nd\te\n"), "astray (1)\nd|e (1)\n"},
    {"a quote that is not closed", SPAN_LIT("\"a\tb\nc\td\n"), "astray (1)\nc|d (1)\n"},
    {"one that is closed by another row's", SPAN_LIT("\"a\tb\nc\t\"d\"\ne\tf\n"),
	"astray (1)\nc|d (1)\ne|f (1)\n"},
    {"a quote alone, at the end", SPAN_LIT("a\t\""), "astray (1)\n"},
    {"an odd number of quotes", SPAN_LIT("\"\"\"\nb\n"), "astray (1)\nb (1)\n"},
    {"CR behind a closing quote, within a row", SPAN_LIT("\"a\"\r\tb\nc\n"), "astray (1)\nc (1)\n"},
    {"lines that the caller does not want", SPAN_LIT("!\t\"b\nc\"\n!\td\n"),
	"astray (1)\nc\" (1)\n!|d (1)\n"},
    {"a row within quotes", SPAN_LIT("a\t\"b\nc\t1\t2\t3\t4\t5\nd\"\n"),
	"astray (1)\nc|1|2|3|4|5 (1)\nd\" (1)\n"},
    {"a row that holds the quote itself", SPAN_LIT("a\t\"b\nc\t1\t2\t3\t4\t5\"\n"),
	"astray (1)\nc|1|2|3|4|5\" (1)\n"},
    {"a quote before the fifth tab", SPAN_LIT("a\t\"b\nc\t1\t2\t3\t4\"\t5\n"),
	"a|b\nc\t1\t2\t3\t4|5 (2)\n"},
    {"tabs alone are no row", SPAN_LIT("a\t\"b\n \t\t\t\t\t\t\tc\"\n"),
	"a|b\n \t\t\t\t\t\t\tc (2)\n"},
    {"a field of many lines", SPAN_LIT("\"1234567\n901234567890\"\n\"1\"\n"),
	"astray (1)\n901234567890\" (1)\n1 (1)\n"},
    {"of not so many", SPAN_LIT("\"1234567\n90123456789\"\n"), "1234567\n90123456789 (2)\n"},
    {"many fields on several lines", SPAN_LIT("\"1\n\"\t2\t3\t4\t5\t6\t7\n"),
	"1\n|2|3|4|5|6|7 (2)\n"},
    {"one more", SPAN_LIT("\"1\n\"\t2\t3\t4\t5\t6\t7\t8\n"), "astray (1)\nastray (1)\n"},
    {"more fields than are looked at", SPAN_LIT("1\t2\t3\t4\t5\t6\t7\t8\t9\t10\n"),
	"1|2|3|4|5|6|7|8 (1)\n"},
};

/* Is there a row of its own in a quoted field, or is it of several lines and too large? */
static bool
swallows(struct span field)
{
	bool lines = span_find(field, '\n') < field.n;

	if (lines && field.n - 1 > FIELD_MAX)
		return true;
	for (size_t i = 0; i < field.n; i++) {
		size_t tabs = 0, k = i + 1;
		bool named = false;

		if (field.p[i] != '\n')
			continue;
		for (; k + 1 < field.n && field.p[k] != '\n'; k++) {
			tabs += field.p[k] == '\t';
			named = named || (!tabs && !is_blank(field.p[k]) && field.p[k] != '\r');
		}
		if (named && tabs >= 5)
			return true;
	}
	return false;
}

/* Splits text in the obvious way: one octet after the other. */
static void
oracle(struct span text, struct buf *out)
{
	enum { START, PLAIN, QUOTED, CLOSED } state = START;
	struct buf row;
	size_t from = 0, at, field = 0;
	int fields = 0, lines = 1;
	bool astray = false, over = false, checked = true;

	buf_init(&row, 1 << 20);
	for (at = 0; at < text.n && !over && !astray; at++) {
		char c = text.p[at];
		/* A line end, or CR before one, or before the end. */
		bool end = c == '\n' || (c == '\r' && (at + 1 == text.n || text.p[at + 1] == '\n'));

		if (state == CLOSED && c != '"' && !checked) {
			astray = swallows((struct span){text.p + field, at - field});
			checked = true;
		}
		if (state == QUOTED) {
			lines += c == '\n';
			if (c == '"')
				state = CLOSED;
			else if (fields < TSV_FIELDS_MAX)
				buf_putc(&row, c);
		} else if (state == CLOSED && c == '"') {
			if (fields < TSV_FIELDS_MAX)
				buf_putc(&row, '"');
			state = QUOTED;
		} else if (end || c == '\t') {
			if (c == '\t') {
				if (++fields < TSV_FIELDS_MAX)
					buf_putc(&row, '|');
				state = START;
			}
			over = c == '\n';
			if (c == '\r' && at + 1 == text.n)
				over = true;
		} else if (state == CLOSED) {
			astray = true;
		} else if (state == START && c == '"') {
			state = QUOTED;
			checked = false;
			field = at;
		} else {
			state = PLAIN;
			if (fields < TSV_FIELDS_MAX)
				buf_putc(&row, c);
		}
	}
	if (state == CLOSED && !checked)
		astray = astray || swallows(span_from(text, field));
	if (lines > 1 && (fields >= TSV_FIELDS_MAX - 1 || text.p[0] == '!'))
		astray = true;
	if (state == QUOTED || astray) {
		astray = true;
		from = span_find(text, '\n') + 1;
		at = from < text.n ? from : text.n;
	}
	if (astray)
		buf_puts(out, "astray (1)\n");
	else
		buf_printf(out, "%s (%d)\n", buf_str(&row), lines);
	buf_free(&row);
	if (at < text.n)
		oracle(span_from(text, at), out);
}

static void
test_random(void)
{
	static const char letters[] = "ab!\t\t\t\"\"\"\n\n\r";
	uint64_t seed = 7;
	struct rng rng = rng_seeded(&seed);
	struct buf want;
	bool good = true;
	char text[40];

	buf_init(&want, 1 << 20);
	for (int i = 0; i < 200000 && good; i++) {
		size_t n = 1 + (size_t)rng_below(&rng, sizeof text);
		char *exact = malloc(n);

		for (size_t k = 0; k < n; k++)
			exact[k] = letters[rng_below(&rng, sizeof letters - 1)];
		buf_clear(&want);
		oracle((struct span){exact, n}, &want);
		good = strcmp(rows((struct span){exact, n}), buf_str(&want)) == 0;
		if (!good)
			SAME_STR(rows((struct span){exact, n}), buf_str(&want), "a random text");
		free(exact);
	}
	OK(good, "200,000 random texts: as by reading octet after octet");
	buf_free(&want);
}

static void
test_octets(void)
{
	SAME_INT(tsv_row_octets(SPAN_LIT("a\tb\nc"), &rule), 4, "a row");
	SAME_INT(tsv_row_octets(SPAN_LIT("a\tb"), &rule), 0, "none yet");
	SAME_INT(tsv_row_octets(SPAN_LIT("a\t\"b\n"), &rule), 0, "none yet, with a line end");
	SAME_INT(tsv_row_octets(SPAN_LIT("a\t\"b\n\"\nc"), &rule), 7, "then it is there");
	SAME_INT(tsv_row_octets(SPAN_LIT("\"a\"b\nc\n"), &rule), 5, "one line of quotes astray");
}

int
main(void)
{
	buf_init(&unquoted, 1 << 20);
	buf_init(&shown, 1 << 20);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		SAME_STR(rows(cases[i].text), cases[i].rows, cases[i].name);
	rows(SPAN_LIT("a\0b\tc\n"));
	SAME_SPAN(buf_span(&shown), SPAN_LIT("a\0b|c (1)\n"), "NUL is an octet");
	test_octets();
	test_random();
	buf_free(&unquoted);
	buf_free(&shown);
	return tap_end();
}
