/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the golden pairs of test_forms.c do not show of the Python tool's table. */
#include "mxinfer/forms.h"

#include "tests/factlog.h"
#include "tests/tap.h"

/* A row with this scan column. */
#define ROW(scan) "a.com\tmx.a.com\t10\t192.0.2.1\t64496\t" scan "\n"
#define SMTP(starttls) "{'smtp': {'starttls': {" starttls "}}}"
#define TLS(certificate, trusted) \
	SMTP("'tls': {'certificate': {" certificate \
	     "}, 'validation': {'browser_trusted': " trusted "}}")

enum { MAX_FIELD = 1 << 20 };

static struct factlog f;

/* The same column again: read once, its diagnostics given each time. */
static void
test_memory(void)
{
	static const struct span text =
	    SPAN_LIT(ROW(TLS("'raw': 'bad'", "True")) ROW(TLS("'raw': 'bad'", "True"))
		    ROW(SMTP("'banner': 'other', 'tls': {'certificate': {'raw': 'bad'}}")));
	struct span out = factlog_read(&f, &form_tsv, text, MAX_FIELD);

	SAME_INT(f.hosts.made, 2, "two scans are described");
	SAME_INT(f.certs.made, 1, "and their one certificate");
	SAME_INT(f.counts[FACT_BAD_CERT], 3, "a diagnostic for each row");
	SAME_INT(f.facts_n, 3, "a fact for each row");
	OK(memmem(out.p, out.n, "other", 5) != NULL, "what they say");
}

static void
test_sizes(void)
{
	static const struct span small = SPAN_LIT("a.com\tmx.a.com\t10\t\t\t\n");
	struct buf text;
	uint64_t lines;

	buf_init(&text, (size_t)12 * FACT_CERT_NAMES_MAX + (1 << 20));
	buf_puts(&text, "a.com\tmx\t1\t192.0.2.1\t\t'");
	for (int i = 0; i < 5000; i++)
		buf_putc(&text, 'x');
	buf_puts(&text, "'\nb.com\tmx\t1\t\t\t\n");
	factlog_read(&f, &form_tsv, buf_span(&text), 4096);
	SAME_INT(f.counts[FACT_BAD_SIZE], 1, "a field over --max-field is a bad row");
	SAME_INT(f.facts_n, 1, "and costs no other row its answer");
	factlog_read(&f, &form_tsv, small, 8);
	SAME_INT(f.facts_n, 1, "as long as it may be");
	factlog_read(&f, &form_tsv, small, 7);
	SAME_INT(f.counts[FACT_BAD_SIZE], 1, "one too long");

	buf_clear(&text);
	buf_puts(&text, "a.com\tmx\t1\t192.0.2.1\t\t{'smtp': {'starttls': {'tls': {'certificate': "
			"{'parsed': {'names': [");
	for (int i = 0; i < FACT_CERT_NAMES_MAX; i++)
		buf_printf(&text, "'%d',", i);
	buf_puts(&text, "'x']}}}}}}\n");
	factlog_read(&f, &form_tsv, buf_span(&text), SIZE_MAX);
	SAME_INT(f.counts[FACT_BAD_NAMES], 1, "too many names");
	SAME_SPAN(factlog_read(&f, &form_tsv, buf_span(&text), SIZE_MAX),
	    SPAN_LIT("bad 1 names {'smtp': {'starttls': {'tls': {'certific\nmx 1 a.com mx 1 "
		     "192.0.2.1 {cert -}\n"),
	    "none of them is taken");

	buf_clear(&text);
	buf_puts(&text, "a.com\tmx\t1\t192.0.2.1\t\t");
	for (int i = 0; i < 10000; i++)
		buf_putc(&text, '[');
	buf_puts(&text, "\nb.com\tmx\t1\t\t\t\n");
	factlog_read(&f, &form_tsv, buf_span(&text), MAX_FIELD);
	SAME_INT(f.counts[FACT_BAD_DEPTH], 1, "nested too deeply");
	SAME_INT(f.facts_n, 2, "the row's other columns stand");

	buf_clear(&text);
	buf_puts(&text, "a\n\"b\nc\"\n\nd");
	factlog_free(&f);
	factlog_init(&f);
	lines = form_tsv.read(&f.facts, buf_span(&text), 100, MAX_FIELD);
	SAME_INT(lines, 5, "lines are counted");
	buf_free(&text);
}

static void
test_whole(void)
{
	static const struct span text =
	    SPAN_LIT("a\tb\nc\t\t\t\t\t\t\"d\ne\"\nx\t\t\t\t\t\"{\ny\"\nf");
	/* Where rows end; the third is none, but two lines. */
	enum { FIRST = 4, SECOND = FIRST + 13, THIRD = SECOND + 12 };
	bool good = true;

	for (size_t n = 0; n <= text.n; n++) {
		size_t want = n < FIRST ? 0 : n < SECOND ? FIRST : n < THIRD ? SECOND : THIRD;

		good =
		    good && form_tsv.whole((struct span){text.p, n}, 0, MAX_FIELD, false) == want;
	}
	OK(good, "whole rows at each place");
	SAME_INT(
	    form_tsv.whole(text, 0, MAX_FIELD, true), text.n, "the end of the file ends a row");

	/* Shown in pieces, as a row that is longer than a block. */
	for (size_t step = 1; step < 8; step++) {
		struct span row = SPAN_LIT("c\t\t\t\t\t\t\"d\n\"\"\ne\"\nf"), part = {row.p, 0};
		size_t seen = 0, n = 0;

		while (!n && part.n < row.n) {
			part.n = part.n + step < row.n ? part.n + step : row.n;
			n = form_tsv.whole(part, seen, MAX_FIELD, false);
			seen = part.n;
		}
		good = good && n == row.n - 1;
	}
	OK(good, "a row that comes in pieces");
}

#define GOOD_SCAN "{'smtp': {'starttls': {'banner': '220 x'}}}"
#define ROW_OF(name, scan) name ".com\tmx\t1\t192.0.2.1\t\t" scan "\n"

/* A row of several lines that is not as it should be is its first line: what it costs. */
static const struct {
	const char *name;
	struct span text;
	unsigned facts_n, columns_n; /* rows read, and rows skipped for their quotes or columns */
} cuts[] = {
    {"two lines in a message", SPAN_LIT("a.com\tmx\t1\t192.0.2.1\t\t\t\"x\ny\"\n"), 1, 0},
    {"JSON over lines", SPAN_LIT(ROW_OF("a", "\"{\n\"\"smtp\"\":\n\t\t\t\t\t\t{}}\"")), 1, 0},
    {"a scan cut; a later row closes the quote",
	SPAN_LIT(ROW_OF("b", "\"{'smtp': {'startt") ROW_OF("c", GOOD_SCAN)
		ROW_OF("d", "{'smtp': {}}\tx\"") ROW_OF("e", GOOD_SCAN)),
	3, 1},
    {"a message cut", SPAN_LIT(ROW_OF("b", "\t\"x") ROW_OF("c", GOOD_SCAN "\ty\"")), 1, 1},
    {"an MX cut", SPAN_LIT("b.com\t\"mx\n" ROW_OF("c", GOOD_SCAN) ROW_OF("d", "\"{}\"")), 2, 1},
    {"closed in the MX of the next row",
	SPAN_LIT(ROW_OF("b", "\"{") "c.com\tmx\"\t1\t192.0.2.1\t\t\n" ROW_OF("d", "")), 2, 1},
    {"closed where the next row's AS should be",
	SPAN_LIT(ROW_OF("b", "\"{") "c.com\tmx\t1\t192.0.2.1\t1\"\t\n" ROW_OF("d", "")), 2, 1},
    {"no literal", SPAN_LIT(ROW_OF("b", "\"{'smtp': \n\"") "c.com\t\t\t\t\t\n"), 1, 2},
    {"no preference", SPAN_LIT("b.com\tmx\tten\t192.0.2.1\t\t\t\"x\ny\"\nc.com\t\t\t\t\t\n"), 1, 2},
    {"no address", SPAN_LIT("b.com\tmx\t1\tten\t\t\t\"x\ny\"\nc.com\t\t\t\t\t\n"), 1, 2},
    {"no AS", SPAN_LIT("b.com\tmx\t1\t192.0.2.1\tten\t\t\"x\ny\"\nc.com\t\t\t\t\t\n"), 1, 2},
    {"no domain", SPAN_LIT("\tmx\t1\t192.0.2.1\t\t\t\"x\ny\"\nc.com\t\t\t\t\t\n"), 1, 2},
    {"a domain over lines", SPAN_LIT("\"b\n.com\"\tmx\t1\t192.0.2.1\t\t\nc.com\t\t\t\t\t\n"), 2, 1},
    {"NUL", SPAN_LIT("b.com\tmx\t1\t192.0.2.1\t\t\t\"x\0\ny\"\nc.com\t\t\t\t\t\n"), 1, 2},
    {"five columns", SPAN_LIT("b.com\tmx\t1\t192.0.2.1\t\"x\ny\"\nc.com\t\t\t\t\t\n"), 1, 2},
    {"eight columns", SPAN_LIT(ROW_OF("b", "\t\"x\ny\"\tz") "c.com\t\t\t\t\t\n"), 1, 2},
    {"the end of the file", SPAN_LIT(ROW_OF("b", "\"{") "c.com\t\t\t\t"), 0, 2},
    {"the end of the file, the last row good", SPAN_LIT(ROW_OF("b", "\"{") "c.com\t\t\t\t\t"), 1,
	1},
};

static void
test_cuts(void)
{
	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
		struct span out = factlog_read(&f, &form_tsv, cuts[i].text, MAX_FIELD);

		OK(f.facts_n == cuts[i].facts_n &&
			f.counts[FACT_BAD_COLUMNS] == cuts[i].columns_n &&
			(!cuts[i].columns_n || span_starts(out, SPAN_LIT("bad 1 columns "))),
		    cuts[i].name);
	}
}

/* A row over --max-field that goes over lines is its first line, however it comes in blocks. */
static void
test_long_cut(void)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_puts(&text, ROW_OF("b", "\"{"));
	for (int i = 0; i < 100; i++)
		buf_puts(&text, "c.com\t\t\t\n");
	buf_puts(&text, "\"\n" ROW_OF("d", GOOD_SCAN));
	factlog_read(&f, &form_tsv, buf_span(&text), 400);
	SAME_INT(f.facts_n, 1, "a field of many lines over --max-field: the row behind it is read");
	SAME_INT(f.counts[FACT_BAD_COLUMNS], 102, "and each of its lines is a bad row");
	SAME_INT(form_tsv.whole((struct span){text.p, 700}, 0, 400, false) > 0, 1,
	    "so much is known before its end");
	buf_free(&text);
}

/* Columns that hold nothing, and an MX name that does. */
static const struct {
	const char *row, *fact;
} nothings[] = {
    {"a.com\t\t\t\t\t", "domain 1 a.com no-mx\n"},
    {"a.com\t\\N\t\\N\t\\N\t\\N\t\\N", "domain 1 a.com no-mx\n"},
    {"a.com\tNone\tNone\tNone\tNone\tNone", "domain 1 a.com no-mx\n"},
    {"a.com\t\t0\t\t\t", "domain 1 a.com null-mx\n"},
    {"a.com\t\t0.0\t\t\t", "domain 1 a.com null-mx\n"},
    {"a.com\t\t10\t\t\t", "domain 1 a.com null-mx\n"},
    {"a.com\tmx\t1\t\\N\t\\N\t\\N", "mx 1 a.com mx 1\n"},
    {"a.com\tmx\t1\t192.0.2.1\t\\N\t\\N", "mx 1 a.com mx 1 192.0.2.1\n"},
    {"a.com\tmx\t1\t192.0.2.1\tset()\tnull", "mx 1 a.com mx 1 192.0.2.1\n"},
    {"a.com\tmx\t1.0\t192.0.2.1\t8075.0\t", "mx 1 a.com mx 1 192.0.2.1 as 8075\n"},
    {"a.com\tmx\"x\"\t1\t192.0.2.1\t\t", "mx 1 a.com mx\"x\" 1 192.0.2.1\n"},
    {"a.com\t\"mx\"x\t1\t192.0.2.1\t\t",
	"bad 1 columns a.com\\x09\"mx\"x\\x091\\x09192.0.2.1\\x09\\x09\n"},
};

static void
test_nothings(void)
{
	for (size_t i = 0; i < sizeof nothings / sizeof *nothings; i++)
		SAME_SPAN(factlog_read(&f, &form_tsv, span_str(nothings[i].row), MAX_FIELD),
		    span_str(nothings[i].fact), nothings[i].row);
}

int
main(void)
{
	factlog_init(&f);
	test_memory();
	test_sizes();
	test_whole();
	test_nothings();
	test_cuts();
	test_long_cut();
	factlog_free(&f);
	return tap_end();
}
