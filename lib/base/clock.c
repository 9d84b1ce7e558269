/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <time.h>

static int64_t
read_clock(clockid_t id)
{
	struct timespec t = {0};

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t
system_wall(void *state)
{
	(void)state;
	return read_clock(CLOCK_REALTIME);
}

static int64_t
system_since(void *state)
{
	(void)state;
	return read_clock(CLOCK_MONOTONIC);
}

const struct clock clock_system = {system_wall, system_since, NULL};

static int64_t
fixed(void *state)
{
	return *(int64_t *)state;
}

struct clock
clock_fixed(int64_t *us)
{
	return (struct clock){fixed, fixed, us};
}

int64_t
civil_to_epoch(int year, int month, int day, int hour, int minute, int second)
{
	/* Years run from March, so that the leap day is the last day of a year; eras are 400 years
	 * of 146,097 days. */
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t days =
	    era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	days -= 719468; /* from 0000-03-01 to 1970-01-01 */
	return ((days * 24 + hour) * 60 + minute) * 60 + second;
}
