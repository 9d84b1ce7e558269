/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/as_text.h"

#include "io/as_list.h"

enum { COLUMNS = 3 };

/* Cuts the first columns off a line; false if there are fewer. */
static bool
columns(struct span line, struct span out[COLUMNS])
{
	for (size_t i = 0; i < COLUMNS; i++) {
		size_t n = 0;

		while (line.n && is_blank(line.p[0]))
			line = span_from(line, 1);
		/* The numbers of a set may have blanks between them, where tabs divide. */
		while (n < line.n && line.p[n] != '\t' && (line.p[n] != ' ' || i == 2))
			n++;
		out[i] = span_trim((struct span){line.p, n});
		line = span_from(line, n);
	}
	return out[COLUMNS - 1].n > 0;
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
read_extent(struct span first, struct span last, struct as_range *range)
{
	bool texts = ip_read(first, &range->first) && ip_read(last, &range->last);
	bool numbers =
	    !texts && read_v4_number(first, &range->first) && read_v4_number(last, &range->last);

	return (texts || numbers) && range->first.v6 == range->last.v6 &&
	       memcmp(range->first.octets, range->last.octets, sizeof range->first.octets) <= 0;
}

static bool
read_prefix(struct span address, struct span length, struct as_range *range)
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

enum as_text_st
as_text_read(enum as_text_form form, struct span line, struct as_range *range, uint32_t as[AS_MAX])
{
	struct span column[COLUMNS];
	bool known;

	line = span_trim(line);
	*range = (struct as_range){.as = as};
	if (!line.n || line.p[0] == '#')
		return AS_TEXT_NONE;
	if (memchr(line.p, '\0', line.n))
		return AS_TEXT_NUL;
	if (!columns(line, column))
		return AS_TEXT_COLUMNS;
	known = form == AS_TEXT_IP2ASN ? read_extent(column[0], column[1], range)
				       : read_prefix(column[0], column[1], range);
	if (!known)
		return AS_TEXT_ADDRESS;
	if (!as_list_read(column[2], as, &range->as_n))
		return AS_TEXT_NUMBERS;
	return range->as_n ? AS_TEXT_RANGE : AS_TEXT_NONE;
}

bool
as_text_is(enum as_text_form form, struct span start)
{
	while (start.p) {
		struct span text = span_trim(span_cut(&start, '\n'));
		struct as_range range;
		uint32_t as[AS_MAX];

		if (text.n && text.p[0] != '#')
			return as_text_read(form, text, &range, as) <= AS_TEXT_NONE;
	}
	return false;
}
