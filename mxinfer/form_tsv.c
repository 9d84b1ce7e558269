/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/as_list.h"
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

enum {
	COLUMNS_MIN = SCAN + 1, /* the message is not always there */
	/* Octets handed on at once.  Where quotes stay open much more was read to see that they do,
	 * and each line of it may be a bad row. */
	WHOLE_MAX = 2 << 20,
};

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

static bool
has_lines(struct span field)
{
	return memchr(field.p, '\n', field.n);
}

/* May this be a row of several lines?  Nothing of it is wrong: its line ends are within the scan
 * column, which is a literal, or behind it. */
static bool
row_stands(const struct tsv_row *row, size_t max_field)
{
	struct span mx, number;
	uint32_t as[FACT_AS_MAX];
	struct buf unquoted;
	uint64_t preference;
	struct ip ip;
	size_t as_n;
	bool stands = fault(row, max_field) == FACT_BAD_N;

	for (size_t i = 0; stands && i < SCAN; i++)
		stands = !has_lines(row->fields[i]);
	if (!stands)
		return false;
	buf_init(&unquoted, row->text.n + 1);
	stands = !as_list_nothing(tsv_field(row, DOMAIN_NAME, &unquoted));
	mx = tsv_field(row, MX, &unquoted);
	if (!as_list_nothing(mx)) {
		struct span address = tsv_field(row, ADDRESS, &unquoted);

		number = tsv_field(row, PREFERENCE, &unquoted);
		stands = stands && as_list_number(number, UINT16_MAX, &preference) &&
			 (as_list_nothing(address) || ip_read(span_trim(address), &ip));
	}
	stands = stands && as_list_read(tsv_field(row, AS_NUMBER, &unquoted), as, &as_n);
	stands = stands && scan_column_fits(tsv_field(row, SCAN, &unquoted));
	buf_free(&unquoted);
	return stands;
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

/* The tool writes an MX of "." (RFC 7505) as an empty name with its preference; a domain without MX
 * has none. */
static void
read_no_mx(struct reader *r, const struct tsv_row *row, struct span domain, struct buf *unquoted)
{
	struct fact_domain fact = {r->line, domain, FACT_DNS_NO_MX};
	uint64_t preference;

	if (as_list_number(tsv_field(row, PREFERENCE, unquoted), UINT16_MAX, &preference))
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
	const struct tsv_rule rule = {max_field, row_stands};
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
		tsv_next(&records, &rule, &row);
		reader_begin(&r, line, row.text.n);
		read_row(&r, &row, &unquoted);
		line += row.lines;
	}
	buf_free(&unquoted);
	reader_free(&r);
	return line - first;
}

/* The octets of the next row; 0: what comes behind text could change them. */
static size_t
row_octets(struct span text, const struct tsv_rule *rule, bool end)
{
	size_t octets = tsv_row_octets(text, rule);
	struct span rest = text;
	struct tsv_row row;

	if (octets || !end)
		return octets;
	tsv_next(&rest, rule, &row);
	return text.n - rest.n;
}

static size_t
whole_rows(struct span text, size_t seen, size_t max_field, bool end)
{
	const struct tsv_rule rule = {max_field, row_stands};
	size_t done = 0, octets = 1;

	if (seen >= text.n && !end)
		return 0;
	while (octets && done < text.n && done < WHOLE_MAX) {
		octets = row_octets(span_from(text, done), &rule, end);
		done += octets;
	}
	return done;
}

/* Its header, or a first row of as many columns whose address, if there is one, is one: AS tables
 * have tabs, too. */
static bool
is_table(struct span start)
{
	const struct tsv_rule rule = {SIZE_MAX, row_stands};
	struct tsv_row row;
	struct buf unquoted;
	struct ip ip;
	bool is;

	start = without_mark(start);
	if (!start.n)
		return false;
	tsv_next(&start, &rule, &row);
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
