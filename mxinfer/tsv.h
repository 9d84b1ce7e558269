/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tsv - rows of a table of the Python tool: columns by tabs, rows by LF or CRLF, a field in double
 * quotes where it holds one of these, a quote in it doubled (Python's csv module, its dialect
 * "excel" with a tab).
 *
 * A quote opens a quoted field only at the start of one; elsewhere it is itself.  A row whose
 * quotes are astray (something else than a tab or a line end follows the closing one, or there is
 * none to the end of the text) is one line long, so that it does not take the rows behind it along.
 */
#ifndef EMT_MXINFER_TSV_H
#define EMT_MXINFER_TSV_H

#include <stdint.h>

#include "base/buf.h"

enum { TSV_FIELDS_MAX = 8 }; /* more are counted as this */

struct tsv_row {
	struct span text;                   /* without its line end */
	uint64_t lines;                     /* of the file that it takes */
	struct span fields[TSV_FIELDS_MAX]; /* as they stand: tsv_field takes the quotes off */
	size_t fields_n;
	bool astray; /* its quotes are */
};

/* The octets of the first row of text with its line end; 0 if text ends before it does.  *quoted:
 * then it ends within a quoted field. */
size_t tsv_row_octets(struct span text, bool *quoted);

/* Takes the first row off *text, which is not empty and ends where the file or a row does. */
void tsv_next(struct span *text, struct tsv_row *row);

/* What field i says, without quotes; empty if there is none.  It is a part of the text, or of
 * `unquoted`, which the caller clears for each row, and whose limit is the text's size at least. */
struct span tsv_field(const struct tsv_row *row, size_t i, struct buf *unquoted);

#endif
