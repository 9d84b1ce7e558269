/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forms - every input form, each a struct fact_form (facts.h) in a file of its own.
 *
 * The forms whose records are lines of JSON read each other's records, too: a stream may hold
 * several kinds, and each record says what it is. */
#ifndef EMT_MXINFER_FORMS_H
#define EMT_MXINFER_FORMS_H

#include "mxinfer/reader.h"

extern const struct fact_form form_tsv, form_mx_scan, form_zdns, form_zgrab2, form_ip2asn,
    form_pfx2as;

/* fact_form.whole for records that are lines. */
size_t forms_whole_lines(struct span text, size_t seen, size_t max_field, bool end);

#endif
