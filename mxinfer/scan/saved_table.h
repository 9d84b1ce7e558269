/* SPDX-License-Identifier: GPL-3.0-or-later */
/* saved_table - the records of a scan as the table of MX Inference (--save_scan_data).
 *
 * It joins domains and addresses, so all of it is held in memory until the end (convert.h). */
#ifndef EMT_MXINFER_SCAN_SAVED_TABLE_H
#define EMT_MXINFER_SCAN_SAVED_TABLE_H

#include <stdint.h>

#include "base/arena.h"

struct saved_table;

/* The file that a value of --save_scan_data means: NULL for False, a name of the date for True. */
const char *saved_table_path(struct arena *a, const char *value, int64_t now_utc);

/* Begins the file.  NULL: errno says why not. */
struct saved_table *saved_table_new(const char *path) __attribute__((warn_unused_result));

/* One record with its newline. */
void saved_table_add(struct saved_table *t, struct span record);

/* Writes it and ends.  False: errno says what went wrong. */
bool saved_table_end(struct saved_table *t) __attribute__((warn_unused_result));

#endif
