/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/logtime.h"

#include "base/clock.h"

enum {
	LATE_DAYS = 7, /* around New Year, lines come at most so many days late */
	DAY_S = 86400,
	MONTHS_OF_A_STEP = 6,
};

int
yearwalk_step(struct yearwalk *w, int month, int day)
{
	bool late = w->month == 1 && w->day <= LATE_DAYS && month == 12 && day > 31 - LATE_DAYS;

	if (late)
		return w->year - 1;
	if (w->month - month > MONTHS_OF_A_STEP)
		w->year++;
	w->month = month;
	w->day = day;
	return w->year;
}

void
logtime_init(struct logtime *t, const struct zone *zone, int first_year, int64_t now_us)
{
	*t = (struct logtime){
	    .zone = *zone,
	    .walk = {.year = first_year},
	    .now_us = now_us,
	    .last_us = TIME_UNKNOWN,
	};
	/* Whoever names a year that is yet to come knows more than the clock. */
	t->no_limit = first_year && civil_to_epoch(first_year, 1, 1, 0, 0, 0) > now_us / 1000000;
}

static bool
is_after(int year, const struct stamp *s, int64_t limit_s)
{
	return civil_to_epoch(year, s->month, s->day, s->hour, s->minute, s->second) > limit_s;
}

/* The last year in which a reading of that month and day lies before `now_us` (a day of grace: the
 * zone is not known). */
static int
year_before(int64_t now_us, const struct stamp *s)
{
	int64_t limit_s = now_us / 1000000 + DAY_S;
	int year = 1970 + (int)(limit_s / (365 * DAY_S + DAY_S / 4)) + 1;

	while (year > 1970 && is_after(year, s, limit_s))
		year--;
	return year;
}

static int64_t
resolve(struct logtime *t, const struct stamp *s)
{
	int64_t local_s, last_s = t->last_us == TIME_UNKNOWN ? 0 : t->last_us / 1000000;
	int year = s->year;

	if (s->is_epoch)
		return s->epoch_us;
	if (year) {
		t->walk = (struct yearwalk){year, s->month, s->day};
	} else {
		if (!t->walk.year)
			t->walk.year = year_before(t->now_us, s);
		year = yearwalk_step(&t->walk, s->month, s->day);
		/* One stamp of a wrong clock may have made the year step on. */
		while (
		    !t->no_limit && year > 1970 && is_after(year, s, t->now_us / 1000000 + DAY_S))
			t->walk.year = --year;
	}
	while (s->month == 2 && s->day == 29 && !is_leap_year(year))
		t->walk.year = --year;
	local_s = civil_to_epoch(year, s->month, s->day, s->hour, s->minute, s->second);
	if (s->has_zone)
		return (local_s - s->offset_s) * 1000000 + s->us;
	return zone_to_utc(&t->zone, local_s, last_s) * 1000000 + s->us;
}

int64_t
logtime_of(struct logtime *t, struct span stamp_text)
{
	struct stamp s;

	if (stamp_text.n && span_eq(stamp_text, (struct span){t->text, t->text_n}))
		return t->last_us;
	if (stamp_text.n > sizeof t->text || !stamp_parse(stamp_text, &s))
		return TIME_UNKNOWN;
	memcpy(t->text, stamp_text.p, stamp_text.n);
	t->text_n = stamp_text.n;
	t->last_us = resolve(t, &s);
	return t->last_us;
}
