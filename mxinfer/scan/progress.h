/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress - how far a scan is: a line on the terminal, and a line of figures (CSV) in a file, each
 * second. */
#ifndef EMT_MXINFER_SCAN_PROGRESS_H
#define EMT_MXINFER_SCAN_PROGRESS_H

#include <stdio.h>

#include "base/buf.h"
#include "io/loop.h"
#include "mxinfer/scan/wordcount.h"

struct progress_figures {
	uint64_t domains_total, domains_done, domains_open; /* earlier runs' are none of these */
	uint64_t addresses_waiting, addresses_open;
	const struct scan_tally *tally;
};

struct progress;

typedef void progress_ask(void *arg, struct progress_figures *figures);

/* Asks each second, and writes to those that are not NULL; both are borrowed. */
struct progress *progress_new(
    struct loop *l, FILE *terminal, FILE *csv, progress_ask *ask, void *arg);

/* A last line; NULL is fine. */
void progress_end(struct progress *p);

/* Where it is at a time of the clock, and what it was a second before. */
struct progress_moment {
	int64_t elapsed_us;
	uint64_t domains_per_s, addresses_per_s; /* lately */
};

/* Seconds that are left, by what was done so far; -1: not known. */
int64_t progress_left_s(const struct progress_figures *f, const struct progress_moment *m);

/* Appends the line of the terminal, without an end; the one of the file, with one. */
void progress_put_line(
    struct buf *out, const struct progress_figures *f, const struct progress_moment *m);
void progress_put_csv(struct buf *out, const struct progress_figures *f,
    const struct progress_moment *m, int64_t now_utc);
extern const char progress_csv_head[]; /* the first line of the file */

#endif
