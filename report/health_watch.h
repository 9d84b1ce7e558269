/* SPDX-License-Identifier: GPL-3.0-or-later */
/* health_watch - was the site known to be well, as far as one test case needs it, all the time
 * between two points?
 *
 * The parts that a case has are those that `emt-site check --live` looks at (schema/health-1.json),
 * and any other that a record names.  Each must have been looked at around the time's start, end
 * and in between, never longer apart than the setting says, and never have been red: not in the
 * last record before the start nor in the first one behind the end either, since nobody knows when
 * between two records it changed. */
#ifndef EMT_REPORT_HEALTH_WATCH_H
#define EMT_REPORT_HEALTH_WATCH_H

#include "report/evidence.h"

struct health_watch {
	bool fine;
	bool red;         /* one of the records is: no further one mends that */
	const char *note; /* which part, and what is wrong; NULL if fine */
	/* The red records if there are any, else the last good one of each part. */
	const struct health **v;
	size_t n;
};

struct health_watch health_watch(struct arena *a, const struct probe_set *set,
    const struct testcase *t, int64_t from_us, int64_t to_us, int64_t every_us);

#endif
