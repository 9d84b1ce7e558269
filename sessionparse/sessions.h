/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sessions - the stateless filter: log files in, session/1 lines on standard output. */
#ifndef EMT_SESSIONS_H
#define EMT_SESSIONS_H

#include "sessionparse/sessionlog.h"

struct sessions_params {
	int64_t year;     /* of the first line; 0: found out */
	const char *zone; /* of stamps without one; NULL: the system's */
	int64_t hold_s;   /* how long a session waits for the queue, in log time */
	bool keep_auth;
	bool stats; /* counts to standard error, at the end */
};

/* Reads the files as one stream, in this order; "-" is standard input, as is an empty list.  The
 * exit code: 0; 64: a zone that does not exist; 65: a compressed file is damaged, or of a form that
 * is not read; 75: a file cannot be read, or standard output not be written. */
int sessions_run(const struct sessions_params *params, char *const *files, int files_n);

/* For every way of running: the parameters of the core (64: a zone that does not exist, reported),
 * and what is told at the end. */
int sessions_core(const struct sessions_params *params, struct sessionlog_params *core)
    __attribute__((warn_unused_result));
void sessions_report(const struct sessions_params *params, const struct sessionlog_counts *counts);

#endif
