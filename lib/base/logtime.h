/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logtime - the point in time of a log line, where its stamp may lack the year and the zone.
 *
 * The year is walked along with the lines: it steps on when the month falls by more than six, never
 * on a small step back, so that lines a little out of order around New Year do not make it climb.
 * A line of the last days of December just after New Year belongs to the year before.  February 29
 * forces a leap year.  No line is of more than a day after now.  A stamp that has its year sets it
 * for the lines that follow, as in a file that changed its form at an upgrade. */
#ifndef EMT_LOGTIME_H
#define EMT_LOGTIME_H

#include "base/stamp.h"
#include "base/zone.h"

#define TIME_UNKNOWN INT64_MIN

/* The year as it goes along with months and days. */
struct yearwalk {
	int year;       /* of the last line */
	int month, day; /* of the last line; 0: none yet */
};

/* The year of a line of that month and day, which comes next. */
int yearwalk_step(struct yearwalk *w, int month, int day);

struct logtime {
	struct zone zone;
	struct yearwalk walk; /* walk.year is 0 as long as nobody knows the year */
	int64_t now_us; /* when nobody knows the year, the first line is the last one before this */
	bool no_limit;  /* lines may be of later than that */
	int64_t last_us;          /* the last line's time, or TIME_UNKNOWN */
	char text[STAMP_LEN_MAX]; /* the last stamp: most lines repeat it */
	size_t text_n;
};

/* first_year: of the first line, 0 if it is not known.  The zone is copied. */
void logtime_init(struct logtime *t, const struct zone *zone, int first_year, int64_t now_us);

/* Microseconds since 1970; TIME_UNKNOWN if the text is no stamp. */
int64_t logtime_of(struct logtime *t, struct span stamp_text);

#endif
