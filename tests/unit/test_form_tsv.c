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
	static const struct span text = SPAN_LIT("a\tb\nc\t\"d\ne\"\nf");
	static const size_t whole[] = {0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4, 4, 12, 12};
	bool quoted = false, good = true;

	for (size_t n = 0; n <= text.n; n++) {
		quoted = false;
		good =
		    good && form_tsv.whole((struct span){text.p, n}, 0, &quoted, false) == whole[n];
	}
	OK(good, "whole rows at each place");
	quoted = false;
	SAME_INT(form_tsv.whole(text, 0, &quoted, true), text.n, "the end of the file ends a row");

	/* Shown in pieces, as a row that is longer than a block. */
	for (size_t step = 1; step < 8; step++) {
		struct span row = SPAN_LIT("c\t\"d\n\"\"\ne\"\t\"\"\nf"), part = {row.p, 0};
		size_t seen = 0, n = 0;

		quoted = false;
		while (!n && part.n < row.n) {
			part.n = part.n + step < row.n ? part.n + step : row.n;
			n = form_tsv.whole(part, seen, &quoted, false);
			seen = part.n;
		}
		good = good && n == 14;
	}
	OK(good, "a row that comes in pieces");
}

int
main(void)
{
	factlog_init(&f);
	test_memory();
	test_sizes();
	test_whole();
	factlog_free(&f);
	return tap_end();
}
