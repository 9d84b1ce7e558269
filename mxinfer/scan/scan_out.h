/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan_out - where the records go: a file, or whoever reads our standard output.
 *
 * A thread of its own writes, so that a reader that takes its time holds up no connection; what it
 * has not taken yet is counted, and who makes records looks at that.  Each write is of whole
 * records: what a kill leaves is whole records and at most one that is cut short. */
#ifndef EMT_MXINFER_SCAN_SCAN_OUT_H
#define EMT_MXINFER_SCAN_SCAN_OUT_H

#include <stdint.h>

#include "base/span.h"

enum { SCAN_OUT_BACKLOG_MAX = 32 * 1024 * 1024 }; /* octets; then make no more records */

struct scan_out;

/* Records are written to fd, which is borrowed. */
struct scan_out *scan_out_new(int fd);

/* A whole record, or several; copied. */
void scan_out_put(struct scan_out *o, struct span records);

/* Octets that are not written yet. */
size_t scan_out_backlog(struct scan_out *o);

/* errno of the first write that failed: nothing is written after it.  0: none has. */
int scan_out_error(struct scan_out *o);

/* Writes the rest and ends; with `sync` it is on the disk then.  scan_out_error of all of it. */
int scan_out_end(struct scan_out *o, bool sync) __attribute__((warn_unused_result));

#endif
