/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queries_follow - the cron job: what is new in a query log, or in what emt-queries collect wrote,
 * becomes lines of daily files (io/dayfiles.h), each query once, whatever is killed when.
 *
 * The log is opened as whoever started the job, normally root; everything else is done as `user`.
 * Queries that still wait for their place or their answer are part of the state
 * (io/follow_state.h). None waits for longer than the window by the clock, so that a silent server
 * hides nothing. */
#ifndef EMT_QUERIES_FOLLOW_H
#define EMT_QUERIES_FOLLOW_H

#include "queryparse/queries.h"

struct queries_follow {
	const char *state_dir, *out_dir, *log, *user;
};

/* The exit code: as queries_run; 75 also: another run is at work; 78: the user. */
int queries_follow_run(const struct queries_follow *follow, const struct queries_params *params);

#endif
