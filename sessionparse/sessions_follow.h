/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sessions_follow - the cron job: what is new in the mail log becomes files in the sessions folder
 * (session_files.h), each session once, whatever is killed when.
 *
 * The log is opened as whoever started the job, normally root; everything else is done as `user`.
 * What is stored, and when: lines are read, records are written, all of it is made durable
 * (syncfs), and only then the state (io/follow_state.h) is replaced, which says how far the log was
 * read.  A run that is killed before that did not happen: the next one takes its lines of the daily
 * files back and does the same again. */
#ifndef EMT_SESSIONS_FOLLOW_H
#define EMT_SESSIONS_FOLLOW_H

#include "sessionparse/sessions.h"

struct sessions_follow {
	const char *state_dir, *out_dir, *log, *user;
};

/* The exit code: 0; 64: no such zone; 75: something cannot be read or written, or another run is at
 * work; 78: the user. */
int sessions_follow_run(const struct sessions_follow *follow, const struct sessions_params *params);

#endif
