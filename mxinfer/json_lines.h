/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_lines - input whose records are lines of JSON: mx-scan/1, zdns MXLOOKUP and zgrab2 smtp, in
 * any mixture.
 *
 * Which kind a record is, it says itself: `schema` names one of ours; `ip` or `domain` with `data`
 * is zgrab2's, `name` with `results` or `data` is zdns'.  An object that is none of these, or one
 * of another module or protocol, is FACT_OTHER_KIND. */
#ifndef EMT_MXINFER_JSON_LINES_H
#define EMT_MXINFER_JSON_LINES_H

#include "mxinfer/reader.h"

/* The members of a record that tell its kind, and those that zdns and zgrab2 agree about: values as
 * they stand; p == NULL: not there. */
struct json_record {
	struct span schema, name, status, data, results, ip, domain;
};

/* fact_form.read */
uint64_t json_lines_read(struct facts *f, struct span records, uint64_t line, size_t max_field);

/* Reads one record of its kind; `line` is all of it.  What is wrong with it goes to r->f->bad. */
void zdns_read(struct reader *r, struct span line, const struct json_record *record);
void zgrab2_read(struct reader *r, struct span line, const struct json_record *record);
void mx_scan_read(struct reader *r, struct span line);

enum json_kind {
	JSON_MX_SCAN,
	JSON_ZDNS,
	JSON_ZGRAB2,
	JSON_OTHER,
	JSON_BROKEN, /* no object, or not to its end */
};

/* The kind of the record at the start of text, for fact_form.detect: the text may end in it. */
enum json_kind json_lines_kind(struct span text);

#endif
