/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tsv - rows of a table of the Python tool: columns by tabs, rows by LF or CRLF, a field in double
 * quotes where it holds one of these, a quote in it doubled (Python's csv module, its dialect
 * "excel" with a tab).
 *
 * A quote opens a quoted field only at the start of one; elsewhere it is itself.  A row whose
 * quotes are astray is one line long, so that it does not take the rows behind it along.  They are,
 * if something else than a tab or a line end follows the closing one, or there is none to the end
 * of the text; and, since a row that was cut within a quoted field goes on to the next quote of
 * another row, if a row of several lines holds
 * - a line within quotes that is a row by itself: something, and TSV_TABS_MIN tabs, or
 * - more fields than a row has, or one that is too large, or
 * - anything at all that does not fit: that is the caller's to say.
 *
 * A row that is astray is looked at again from its second line on.  Each line on which quotes open
 * takes one of at most TSV_FIELDS_MAX fields from every row that goes over it, so no octet is in
 * more rows than that, and a file takes time in proportion to its size whatever it holds. */
#ifndef EMT_MXINFER_TSV_H
#define EMT_MXINFER_TSV_H

#include <stdint.h>

#include "base/buf.h"

enum {
	TSV_FIELDS_MAX = 8, /* more are counted as this */
	TSV_TABS_MIN = 5,   /* in a row that is to be read */
};

struct tsv_row {
	struct span text;                   /* without its line end */
	uint64_t lines;                     /* of the file that it takes */
	struct span fields[TSV_FIELDS_MAX]; /* as they stand: tsv_field takes the quotes off */
	size_t fields_n;
	bool astray; /* its quotes are */
};

/* What rows of several lines may be. */
struct tsv_rule {
	size_t field_max; /* octets */
	bool (*stands)(const struct tsv_row *row, size_t field_max);
};

/* The octets of the first row of text with its line end; 0 if what comes behind text could change
 * them. */
size_t tsv_row_octets(struct span text, const struct tsv_rule *rule);

/* Takes the first row off *text, which is not empty and ends where the file or a row does. */
void tsv_next(struct span *text, const struct tsv_rule *rule, struct tsv_row *row);

/* What field i says, without quotes; empty if there is none.  It is a part of the text, or of
 * `unquoted`, which the caller clears for each row, and whose limit is the text's size at least. */
struct span tsv_field(const struct tsv_row *row, size_t i, struct buf *unquoted);

#endif
