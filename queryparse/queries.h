/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queries - the filter: files of any kind in, query/1 lines in the order of time out. */
#ifndef EMT_QUERIES_H
#define EMT_QUERIES_H

#include "queryparse/joiner.h"
#include "queryparse/source.h"
#include "queryparse/subject.h"

struct queries_params {
	const char *domain; /* of the measurement; NULL: not known */
	const char *share;  /* folder with the test cases; NULL: found */
	int64_t year;       /* of the first line; 0: found out */
	const char *zone;   /* of stamps without one; NULL: the system's */
	int64_t window_s;   /* how long a query waits for its answer, and for earlier ones */
	bool strict;        /* what is damaged makes the exit code 65 */
	bool stats;         /* counts to standard error, at the end */
};

enum {
	QUERIES_HELD_MAX = 50000,       /* that wait at once */
	QUERIES_LINE_MAX = 1024 * 1024, /* octets of a record; far above what one has */
};

/* Reads the files together; "-" is standard input, as is an empty list.  The exit code: 0; 64: a
 * zone that does not exist; 65: see strict; 75: a file cannot be read, or standard output not be
 * written; 78: no test cases. */
int queries_run(const struct queries_params *params, char *const *files, int files_n);

/* For every way of running.  The exit code, 0 to go on; reported. */
int queries_source(const struct queries_params *params, struct zone *zone,
    struct source_params *source) __attribute__((warn_unused_result));
int queries_subjects(const struct queries_params *params, struct arena *a,
    struct subjects **subjects) __attribute__((warn_unused_result));

/* What is told at the end; 65 if something is damaged and that is to be an error, else `status`. */
int queries_report(const struct queries_params *params, const struct source_counts *counts,
    const struct joiner_counts *joined, int status);

#endif
