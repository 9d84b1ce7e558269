/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/when.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

/* False: a year that four digits do not hold; the seconds are written then. */
static bool
take_apart(int64_t seconds, struct tm *tm, char out[WHEN_TEXT_MAX])
{
	time_t at = (time_t)seconds;

	if (gmtime_r(&at, tm) && tm->tm_year <= 9999 - 1900 && tm->tm_year >= -1900)
		return true;
	snprintf(out, WHEN_TEXT_MAX, "%lld", (long long)seconds);
	return false;
}

/* Rounded down, before 1970 too. */
static int64_t
seconds_of(int64_t us)
{
	return us / 1000000 - (us % 1000000 < 0);
}

const char *
when_machine(int64_t us, char out[WHEN_TEXT_MAX])
{
	struct tm tm;

	if (take_apart(seconds_of(us), &tm, out))
		strftime(out, WHEN_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

const char *
when_people(int64_t us, char out[WHEN_TEXT_MAX])
{
	struct tm tm;

	if (take_apart(seconds_of(us), &tm, out))
		strftime(out, WHEN_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &tm);
	return out;
}

const char *
when_day(int64_t day, char out[WHEN_TEXT_MAX])
{
	struct tm tm;

	if (day > INT64_C(10000000) || day < -INT64_C(10000000))
		snprintf(out, WHEN_TEXT_MAX, "day %lld", (long long)day);
	else if (take_apart(day * 86400, &tm, out))
		strftime(out, WHEN_TEXT_MAX, "%Y-%m-%d", &tm);
	return out;
}
