/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv - RFC 4180: fields with comma, quote or line end in quotes, lines that end in CR LF.
 *
 * A spreadsheet takes a field that begins with = + - @, a tabulator or a CR for a formula; a
 * stranger's text that does gets an apostrophe in front.  Octets that are no UTF-8 become U+FFFD,
 * and so does what acts on a terminal or a reader (utf8_acts), but for the tabulator and line ends.
 */
#ifndef EMT_REPORT_CSV_H
#define EMT_REPORT_CSV_H

#include <stdint.h>

#include "base/buf.h"

struct csv {
	struct buf *out;
	bool is_begun; /* there is a field in this line */
};

void csv_text(struct csv *c, const char *s); /* NULL: an empty field */
void csv_number(struct csv *c, int64_t n);
void csv_time(struct csv *c, int64_t us); /* RFC 3339 in UTC; 0: an empty field */
void csv_end(struct csv *c);

/* The lines of a table: names of columns, separated by commas. */
void csv_head(struct csv *c, const char *columns);

#endif
