/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock_marks - how far the greylisting host's clock was ahead of that of who checks the site.
 *
 * Each live check has an envelope sender of its own (health/1, sender): its record says when it was
 * by the clock of who checks, and the host's log when by the host's.  A sender is known to nobody
 * before its check; the first session with it counts. */
#ifndef EMT_REPORT_CLOCK_MARKS_H
#define EMT_REPORT_CLOCK_MARKS_H

#include "plan/testcase.h"
#include "report/store.h"

struct clock_mark {
	int64_t time_us;  /* by the host */
	int64_t ahead_us; /* of the one who checks; negative: behind */
};

struct clock_marks {
	struct clock_mark *v; /* by time */
	size_t n;
};

/* All that an index has, in the arena. */
const struct clock_marks *clock_marks_read(
    struct arena *a, struct store *s, const struct testcases *cases);

/* By how much a clock was moved at most, between the last check before `from_us` and the first one
 * behind `to_us`.  0: by no more than a slow check explains (20 s), or nothing is known; so also of
 * NULL. */
int64_t clock_marks_moved(const struct clock_marks *m, int64_t from_us, int64_t to_us);

#endif
