/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AS tables as text.  ip2asn: first address, last address, AS, and what else may follow, by tabs;
 * an address may be a decimal number (IPv4), AS 0 is "not routed".  pfx2as: address, length of the
 * prefix, AS numbers, by blanks or tabs. */
#include "mxinfer/as_list.h"
#include "mxinfer/forms.h"

enum { AS_COLUMNS = 3 };

/* Cuts the first columns off a line; false if there are fewer. */
static bool
columns(struct span line, struct span out[AS_COLUMNS])
{
	for (size_t i = 0; i < AS_COLUMNS; i++) {
		size_t n = 0;

		while (line.n && is_blank(line.p[0]))
			line = span_from(line, 1);
		/* The numbers of a set may have blanks between them, where tabs divide. */
		while (n < line.n && line.p[n] != '\t' && (line.p[n] != ' ' || i == 2))
			n++;
		out[i] = span_trim((struct span){line.p, n});
		line = span_from(line, n);
	}
	return out[AS_COLUMNS - 1].n > 0;
}

static bool
read_v4_number(struct span s, struct ip *ip)
{
	uint64_t number;

	*ip = (struct ip){.v6 = false};
	if (span_find(s, '.') < s.n || !as_list_number(s, UINT32_MAX, &number))
		return false;
	for (int i = 0; i < 4; i++)
		ip->octets[i] = (unsigned char)(number >> (24 - 8 * i));
	return true;
}

static bool
read_extent(struct span first, struct span last, struct fact_range *range)
{
	bool texts = ip_read(first, &range->first) && ip_read(last, &range->last);
	bool numbers =
	    !texts && read_v4_number(first, &range->first) && read_v4_number(last, &range->last);

	return (texts || numbers) && range->first.v6 == range->last.v6 &&
	       memcmp(range->first.octets, range->last.octets, sizeof range->first.octets) <= 0;
}

static bool
read_prefix(struct span address, struct span length, struct fact_range *range)
{
	unsigned bits;
	uint64_t n;

	if (!ip_read(address, &range->first))
		return false;
	bits = range->first.v6 ? 128 : 32;
	if (!as_list_number(length, bits, &n))
		return false;
	range->last = range->first;
	for (unsigned bit = (unsigned)n; bit < bits; bit++) {
		unsigned char mask = (unsigned char)(0x80 >> bit % 8);

		range->first.octets[bit / 8] &= (unsigned char)~mask;
		range->last.octets[bit / 8] |= mask;
	}
	return true;
}

typedef bool range_reader(struct span, struct span, struct fact_range *);

static void
read_line(struct facts *f, struct span text, uint64_t line, range_reader *read)
{
	struct fact_range fact = {.line = line};
	struct span column[AS_COLUMNS];
	uint32_t as[FACT_AS_MAX];

	if (memchr(text.p, '\0', text.n))
		f->bad(f, line, FACT_BAD_NUL, text);
	else if (!columns(text, column))
		f->bad(f, line, FACT_BAD_COLUMNS, text);
	else if (!read(column[0], column[1], &fact))
		f->bad(f, line, FACT_BAD_ADDRESS, text);
	else if (!as_list_read(column[2], as, &fact.as_n))
		f->bad(f, line, FACT_BAD_AS, text);
	else if (fact.as_n) {
		fact.as = as;
		f->range(f, &fact);
	}
}

static uint64_t
read_lines(
    struct facts *f, struct span records, uint64_t line, size_t max_field, range_reader *read)
{
	uint64_t first = line;

	for (; records.n; line++) {
		struct span text = span_cut(&records, '\n'), bare = span_trim(text);

		if (text.n > max_field)
			f->bad(f, line, FACT_BAD_SIZE, text);
		else if (bare.n && bare.p[0] != '#')
			read_line(f, bare, line, read);
	}
	return line - first;
}

static uint64_t
read_ip2asn(struct facts *f, struct span records, uint64_t line, size_t max_field)
{
	return read_lines(f, records, line, max_field, read_extent);
}

static uint64_t
read_pfx2as(struct facts *f, struct span records, uint64_t line, size_t max_field)
{
	return read_lines(f, records, line, max_field, read_prefix);
}

/* Its first line that is no comment. */
static bool
starts_with(struct span start, range_reader *read)
{
	struct fact_range range;
	struct span column[AS_COLUMNS];
	uint32_t as[FACT_AS_MAX];
	size_t as_n;

	while (start.p) {
		struct span text = span_trim(span_cut(&start, '\n'));

		if (text.n && text.p[0] != '#')
			return columns(text, column) && read(column[0], column[1], &range) &&
			       as_list_read(column[2], as, &as_n);
	}
	return false;
}

static bool
is_ip2asn(struct span start)
{
	return starts_with(start, read_extent);
}

static bool
is_pfx2as(struct span start)
{
	return starts_with(start, read_prefix);
}

const struct fact_form form_ip2asn = {"ip2asn", is_ip2asn, forms_whole_lines, read_ip2asn};
const struct fact_form form_pfx2as = {"pfx2as", is_pfx2as, forms_whole_lines, read_pfx2as};
