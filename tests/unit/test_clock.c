/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <time.h>

#include "base/clock.h"

/* Every day of 1600 to 2500 against the C library, which counts proleptic Gregorian too. */
static void
test_against_timegm(void)
{
	unsigned wrong = 0, days = 0;

	for (int year = 1600; year <= 2500; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= 28 + (month % 3); day++) {
				int hour = days % 24, minute = days % 60, second = days % 61;
				struct tm tm = {.tm_year = year - 1900,
				    .tm_mon = month - 1,
				    .tm_mday = day,
				    .tm_hour = hour,
				    .tm_min = minute,
				    .tm_sec = second};

				days++;
				wrong += civil_to_epoch(year, month, day, hour, minute, second) !=
					 timegm(&tm);
			}
	SAME_INT(wrong, 0, "civil_to_epoch is timegm");
	SAME_INT(civil_to_epoch(1970, 1, 1, 0, 0, 0), 0, "the epoch");
	SAME_INT(civil_to_epoch(2000, 2, 29, 23, 59, 59), 951868799, "a leap day of a 400th year");
	SAME_INT(civil_to_epoch(2016, 12, 31, 23, 59, 60), 1483228800,
	    "a leap second is the next one's first");
}

static void
test_clocks(void)
{
	int64_t us = 42, before = (int64_t)time(NULL), first, wall;
	struct clock fixed = clock_fixed(&us);

	SAME_INT(clock_wall_us(&fixed), 42, "a fixed clock stands");
	us += 1000;
	SAME_INT(clock_since_us(&fixed), 1042, "until it is moved");
	first = clock_since_us(&clock_system);
	wall = clock_wall_us(&clock_system);
	OK(wall >= before * 1000000 && wall <= ((int64_t)time(NULL) + 1) * 1000000,
	    "the system's wall clock");
	OK(clock_since_us(&clock_system) >= first, "the other one does not go back");
}

int
main(void)
{
	test_against_timegm();
	test_clocks();
	return tap_end();
}
