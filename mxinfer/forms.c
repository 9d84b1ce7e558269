/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/forms.h"

const struct fact_form *const fact_forms[] = {
    &form_mx_scan, &form_zdns, &form_zgrab2, &form_tsv, &form_ip2asn, &form_pfx2as};
const size_t fact_forms_n = sizeof fact_forms / sizeof *fact_forms;

size_t
forms_whole_lines(struct span text, size_t seen, size_t max_field, bool end)
{
	struct span added = span_from(text, seen);
	const char *newline = added.n ? memrchr(added.p, '\n', added.n) : NULL;

	(void)max_field;
	if (end)
		return text.n;
	return newline ? (size_t)(newline - text.p) + 1 : 0;
}
