/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/as_list.h"
#include "mxinfer/forms.h"
#include "mxinfer/scan_column.h"
#include "mxinfer/tsv.h"

enum column {
	DOMAIN_NAME,
	MX,
	PREFERENCE,
	ADDRESS,
	AS_NUMBER,
	SCAN,
	SCAN_MESSAGE,
	COLUMNS_N,
};

enum { COLUMNS_MIN = SCAN + 1 }; /* the message is not always there */

static bool
field_is(const struct tsv_row *row, size_t i, struct span text)
{
	struct buf unused;

	buf_init(&unused, 0); /* a field that would need it holds a quote */
	return i < row->fields_n && span_eq(tsv_field(row, i, &unused), text);
}

static bool
is_header(const struct tsv_row *row)
{
	return field_is(row, DOMAIN_NAME, SPAN_LIT("domain_name")) &&
	       field_is(row, MX, SPAN_LIT("mx"));
}

/* The whole row, if it is to be skipped: why. */
static enum fact_bad
fault(const struct tsv_row *row, size_t max_field)
{
	if (row->astray || row->fields_n < COLUMNS_MIN || row->fields_n > COLUMNS_N)
		return FACT_BAD_COLUMNS;
	for (size_t i = 0; i < row->fields_n; i++)
		if (row->fields[i].n > max_field)
			return FACT_BAD_SIZE;
	if (memchr(row->text.p, '\0', row->text.n))
		return FACT_BAD_NUL;
	return FACT_BAD_N;
}

static uint32_t
read_scan(struct reader *r, const struct tsv_row *row, struct buf *unquoted)
{
	struct span raw = row->fields[SCAN], column;
	uint32_t host = 0;

	if (as_list_nothing(raw) || scan_column_known(r, raw, &host))
		return host;
	column = tsv_field(row, SCAN, unquoted);
	return as_list_nothing(column) ? 0 : scan_column_read(r, column, raw);
}

/* A row with an MX name. */
static void
read_mx(struct reader *r, const struct tsv_row *row, struct fact_mx *fact, struct buf *unquoted)
{
	struct span preference = tsv_field(row, PREFERENCE, unquoted),
		    address = tsv_field(row, ADDRESS, unquoted);
	uint32_t as[FACT_AS_MAX];
	uint64_t number;
	struct ip ip;

	if (!as_list_number(preference, UINT16_MAX, &number)) {
		reader_bad(r, FACT_BAD_PREFERENCE, preference);
		return;
	}
	fact->preference = (uint16_t)number;
	if (!as_list_nothing(address)) {
		if (ip_read(span_trim(address), &ip))
			fact->address = &ip;
		else
			reader_bad(r, FACT_BAD_ADDRESS, address);
	}
	if (fact->address) {
		struct span numbers = tsv_field(row, AS_NUMBER, unquoted);

		if (!as_list_read(numbers, as, &fact->as_n))
			reader_bad(r, FACT_BAD_AS, numbers);
		fact->as = as;
		fact->host = read_scan(r, row, unquoted);
	}
	r->f->mx(r->f, fact);
}

/* The tool writes an MX of "." as an empty name with its preference, which is 0 (RFC 7505). */
static void
read_no_mx(struct reader *r, const struct tsv_row *row, struct span domain, struct buf *unquoted)
{
	struct fact_domain fact = {r->line, domain, FACT_DNS_NO_MX};
	uint64_t preference;

	if (as_list_number(tsv_field(row, PREFERENCE, unquoted), 0, &preference))
		fact.dns = FACT_DNS_NULL_MX;
	r->f->domain(r->f, &fact);
}

static void
read_row(struct reader *r, const struct tsv_row *row, struct buf *unquoted)
{
	enum fact_bad cause = fault(row, r->max_field);
	struct fact_mx fact = {.line = r->line};

	if (row->text.n == 0 || is_header(row))
		return;
	if (cause != FACT_BAD_N) {
		reader_bad(r, cause, row->text);
		return;
	}
	fact.domain = tsv_field(row, DOMAIN_NAME, unquoted);
	fact.mx = tsv_field(row, MX, unquoted);
	if (as_list_nothing(fact.domain))
		reader_bad(r, FACT_BAD_DOMAIN, row->text);
	else if (as_list_nothing(fact.mx))
		read_no_mx(r, row, fact.domain, unquoted);
	else
		read_mx(r, row, &fact, unquoted);
}

static struct span
without_mark(struct span text)
{
	static const struct span byte_order_mark = SPAN_LIT("\xef\xbb\xbf");

	return span_starts(text, byte_order_mark) ? span_from(text, byte_order_mark.n) : text;
}

static uint64_t
read_rows(struct facts *f, struct span records, uint64_t line, size_t max_field)
{
	struct buf unquoted;
	struct reader r;
	uint64_t first = line;

	if (line == 1)
		records = without_mark(records);
	reader_init(&r, f, records.n, max_field);
	buf_init(&unquoted, records.n + 1);
	while (records.n) {
		struct tsv_row row;

		buf_clear(&unquoted);
		tsv_next(&records, &row);
		reader_begin(&r, line, row.text.n);
		read_row(&r, &row, &unquoted);
		line += row.lines;
	}
	buf_free(&unquoted);
	reader_free(&r);
	return line - first;
}

/* Could what may follow end a row that did not end within the first `seen` octets? */
static bool
may_end(struct span text, size_t seen, bool quoted)
{
	struct span added = span_from(text, seen);

	return memchr(added.p, quoted ? '"' : '\n', added.n);
}

static size_t
whole_rows(struct span text, size_t seen, bool *quoted, bool end)
{
	size_t done = 0, octets;

	if (end || text.n == 0)
		return text.n;
	if (seen && (seen >= text.n || !may_end(text, seen, *quoted)))
		return 0;
	while (done < text.n && (octets = tsv_row_octets(span_from(text, done), quoted)) > 0)
		done += octets;
	return done;
}

/* Its header, or a first row of as many columns whose address, if there is one, is one: AS tables
 * have tabs, too. */
static bool
is_table(struct span start)
{
	struct tsv_row row;
	struct buf unquoted;
	struct ip ip;
	bool is;

	start = without_mark(start);
	if (!start.n)
		return false;
	tsv_next(&start, &row);
	if (is_header(&row))
		return true;
	buf_init(&unquoted, row.text.n + 1);
	is = fault(&row, SIZE_MAX) == FACT_BAD_N && !ip_read(row.fields[DOMAIN_NAME], &ip);
	if (is) {
		struct span address = tsv_field(&row, ADDRESS, &unquoted);

		is = as_list_nothing(address) || ip_read(span_trim(address), &ip);
	}
	buf_free(&unquoted);
	return is;
}

const struct fact_form form_tsv = {"tsv", is_table, whole_rows, read_rows};
