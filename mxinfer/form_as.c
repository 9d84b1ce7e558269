/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AS tables as text (io/as_text.h) among the inputs: ip2asn and pfx2as. */
#include "io/as_text.h"
#include "mxinfer/forms.h"

static void
read_line(struct facts *f, struct span text, uint64_t line, enum as_text_form form)
{
	static const enum fact_bad causes[] = {
	    [AS_TEXT_NUL] = FACT_BAD_NUL,
	    [AS_TEXT_COLUMNS] = FACT_BAD_COLUMNS,
	    [AS_TEXT_ADDRESS] = FACT_BAD_ADDRESS,
	    [AS_TEXT_NUMBERS] = FACT_BAD_AS,
	};
	struct fact_range fact = {.line = line};
	uint32_t as[AS_MAX];
	enum as_text_st st = as_text_read(form, text, &fact.range, as);

	if (st == AS_TEXT_RANGE)
		f->range(f, &fact);
	else if (st != AS_TEXT_NONE)
		f->bad(f, line, causes[st], text);
}

static uint64_t
read_lines(
    struct facts *f, struct span records, uint64_t line, size_t max_field, enum as_text_form form)
{
	uint64_t first = line;

	for (; records.n; line++) {
		struct span text = span_cut(&records, '\n');

		if (text.n > max_field)
			f->bad(f, line, FACT_BAD_SIZE, text);
		else
			read_line(f, span_trim(text), line, form);
	}
	return line - first;
}

static uint64_t
read_ip2asn(struct facts *f, struct span records, uint64_t line, size_t max_field)
{
	return read_lines(f, records, line, max_field, AS_TEXT_IP2ASN);
}

static uint64_t
read_pfx2as(struct facts *f, struct span records, uint64_t line, size_t max_field)
{
	return read_lines(f, records, line, max_field, AS_TEXT_PFX2AS);
}

static bool
is_ip2asn(struct span start)
{
	return as_text_is(AS_TEXT_IP2ASN, start);
}

static bool
is_pfx2as(struct span start)
{
	return as_text_is(AS_TEXT_PFX2AS, start);
}

const struct fact_form form_ip2asn = {"ip2asn", is_ip2asn, forms_whole_lines, read_ip2asn};
const struct fact_form form_pfx2as = {"pfx2as", is_pfx2as, forms_whole_lines, read_pfx2as};
