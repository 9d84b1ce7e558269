/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan_column - what a server said, from the sixth column of the Python tool's table: a literal of
 * Python, or JSON.
 *
 * {'smtp': {'starttls': {'banner': str, 'ehlo': str, 'tls': {'certificate': (reader.h),
 * 'validation': {'browser_trusted': bool}}}}}; every part may be missing or None.  A column that is
 * no literal gives nothing at all. */
#ifndef EMT_MXINFER_SCAN_COLUMN_H
#define EMT_MXINFER_SCAN_COLUMN_H

#include "mxinfer/reader.h"

/* The host that `column` tells of, or 0 if it tells of none.  What is wrong with it is said to
 * r->f->bad.  `bytes` is what stands for it: the column, its quotes perhaps not yet taken off, to
 * be recognised when it comes again. */
uint32_t scan_column_read(struct reader *r, struct span column, struct span bytes);

/* Could it be read: is it a literal, or nothing? */
bool scan_column_fits(struct span column);

/* Has this been read before?  Then *host is what it told of, and its diagnostics are repeated. */
bool scan_column_known(struct reader *r, struct span bytes, uint32_t *host);

#endif
