/* SPDX-License-Identifier: GPL-3.0-or-later */
/* matrix - verdicts as a table for a terminal: a row for each operator or set, a column for each
 * capability, the words that were used below it, and the headline shares.
 *
 * Names are a stranger's: they are escaped (safe_put) and cut to the width of their column. */
#ifndef EMT_REPORT_MATRIX_H
#define EMT_REPORT_MATRIX_H

#include "base/buf.h"
#include "report/cell.h"
#include "report/share.h"

enum { MATRIX_NAME_LEAST = 12, MATRIX_NAME_MOST = 40, MATRIX_HEAD_EVERY = 50 };

struct matrix {
	bool colour;
	const char *first, *second; /* heads of the columns of names; second may be NULL */
	int width;                  /* of the first, in characters */
	bool used[CELLS_N];         /* words in the rows so far */
	size_t rows_n;
};

/* Width of the first column on a terminal of so many columns (0: no terminal, or not known). */
int matrix_width(int columns, size_t longest);

/* A cell each; `second` may be NULL. */
struct matrix_cell {
	enum verdict_state state;
	size_t yes_n, votes_n;
};
void matrix_row(struct buf *out, struct matrix *m, const char *first, const char *second,
    const struct matrix_cell cells[CAPABILITIES_N]);

/* What the heads and the words in use mean. */
void matrix_legend(struct buf *out, const struct matrix *m);

void matrix_shares(struct buf *out, const struct share shares[SHARE_HEADLINES_N]);

#endif
