/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/logtime.h"
#include "sessionparse/logyear.h"
#include "tests/pack.h"

static struct zone
zone_of(const char *name)
{
	struct zone z;

	if (!zone_set(&z, name))
		abort();
	return z;
}

/* Seconds of a stamp's time. */
static int64_t
seconds(struct logtime *t, const char *stamp)
{
	int64_t us = logtime_of(t, span_str(stamp));

	return us == TIME_UNKNOWN ? -1 : us / 1000000;
}

static int64_t
utc(int year, int month, int day, int hour, int minute, int second)
{
	return civil_to_epoch(year, month, day, hour, minute, second);
}

static void
test_walk(void)
{
	struct yearwalk w = {.year = 2026};

	SAME_INT(yearwalk_step(&w, 12, 30), 2026, "the first line is of the year given");
	SAME_INT(yearwalk_step(&w, 12, 31), 2026, "a day on");
	SAME_INT(yearwalk_step(&w, 1, 1), 2027, "New Year steps it on");
	SAME_INT(yearwalk_step(&w, 12, 31), 2026, "a late line belongs to the old year");
	SAME_INT(yearwalk_step(&w, 1, 1), 2027, "and does not make it climb");
	SAME_INT(yearwalk_step(&w, 2, 1), 2027, "on");
	SAME_INT(yearwalk_step(&w, 1, 31), 2027, "a small step back");
	SAME_INT(yearwalk_step(&w, 9, 1), 2027, "a gap of months is no step back");
	SAME_INT(yearwalk_step(&w, 12, 31), 2027, "to the end of the year");
	SAME_INT(yearwalk_step(&w, 3, 1), 2028, "New Year within a gap");
}

static void
test_years(void)
{
	struct zone z = zone_of("UTC");
	struct logtime t;

	logtime_init(&t, &z, 2026, 0);
	SAME_INT(seconds(&t, "Dec 31 23:59:59"), utc(2026, 12, 31, 23, 59, 59), "year given");
	SAME_INT(seconds(&t, "Jan  1 00:00:00"), utc(2027, 1, 1, 0, 0, 0), "one second later");
	SAME_INT(seconds(&t, "Feb 29 00:00:00"), utc(2024, 2, 29, 0, 0, 0),
	    "February 29 forces a leap year");
	SAME_INT(seconds(&t, "2030-11-21T19:49:27Z"), utc(2030, 11, 21, 19, 49, 27),
	    "a year in the log counts");
	SAME_INT(seconds(&t, "Nov 21 19:49:28"), utc(2030, 11, 21, 19, 49, 28),
	    "also for the next line");
	SAME_INT(seconds(&t, "no stamp"), -1, "no stamp");
	SAME_INT(seconds(&t, "Nov 21 19:49:28"), utc(2030, 11, 21, 19, 49, 28), "and on");

	logtime_init(&t, &z, 0, utc(2026, 3, 5, 12, 0, 0) * 1000000);
	SAME_INT(seconds(&t, "Mar  5 20:00:00"), utc(2026, 3, 5, 20, 0, 0),
	    "this year, with a day of grace");
	logtime_init(&t, &z, 0, utc(2026, 3, 5, 12, 0, 0) * 1000000);
	SAME_INT(seconds(&t, "Mar  7 12:00:00"), utc(2025, 3, 7, 12, 0, 0),
	    "not in the future: last year");
}

/* One stamp of a machine that started without a clock must not make the year climb for good. */
static void
test_wrong_clock(void)
{
	struct zone z = zone_of("UTC");
	int64_t now_us = utc(2026, 11, 21, 20, 0, 0) * 1000000;
	struct logtime t;

	logtime_init(&t, &z, 2026, now_us);
	SAME_INT(seconds(&t, "Nov 21 19:00:00"), utc(2026, 11, 21, 19, 0, 0), "a line of today");
	SAME_INT(seconds(&t, "Jan  1 00:00:06"), utc(2026, 1, 1, 0, 0, 6), "one of a wrong clock");
	SAME_INT(seconds(&t, "Nov 21 19:00:09"), utc(2026, 11, 21, 19, 0, 9), "today again");
	logtime_init(&t, &z, 2030, now_us);
	SAME_INT(seconds(&t, "Nov 21 19:00:00"), utc(2030, 11, 21, 19, 0, 0),
	    "a year that is yet to come was asked for");
	SAME_INT(seconds(&t, "Jan  1 00:00:06"), utc(2031, 1, 1, 0, 0, 6), "and its New Year");
}

static void
test_zones(void)
{
	struct zone z = zone_of("+05:30");
	struct logtime t;

	logtime_init(&t, &z, 2026, 0);
	SAME_INT(seconds(&t, "Nov 21 19:34:06"), utc(2026, 11, 21, 14, 4, 6), "+05:30");
	SAME_INT(seconds(&t, "2026-11-21T19:34:06Z"), utc(2026, 11, 21, 19, 34, 6),
	    "the log's own zone counts");
	z = zone_of("-08:00");
	SAME_INT(zone_to_utc(&z, 0, 0), 8 * 3600, "-08:00");
	OK(!zone_set(&z, "Nowhere") && !zone_set(&z, "+8") && !zone_set(&z, "+24:00") &&
		!zone_set(&z, "") && !zone_set(&z, "/etc/localtime") &&
		!zone_set(&z, "Europe/../UTC") && !zone_set(&z, "+01:00x"),
	    "zones that are none");
	if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
		return;
	z = zone_of("Europe/Berlin");
	logtime_init(&t, &z, 2026, 0);
	SAME_INT(seconds(&t, "Mar 29 01:59:59"), utc(2026, 3, 29, 0, 59, 59), "before summer time");
	SAME_INT(seconds(&t, "Mar 29 03:00:00"), utc(2026, 3, 29, 1, 0, 0), "one second later");
	SAME_INT(seconds(&t, "Oct 25 02:30:00"), utc(2026, 10, 25, 0, 30, 0), "the first 02:30");
	SAME_INT(
	    seconds(&t, "Oct 25 02:29:59"), utc(2026, 10, 25, 0, 29, 59), "a little out of order");
	SAME_INT(seconds(&t, "Oct 25 02:59:59"), utc(2026, 10, 25, 0, 59, 59), "its end");
	SAME_INT(seconds(&t, "Oct 25 02:00:00"), utc(2026, 10, 25, 1, 0, 0), "the second 02:00");
	SAME_INT(seconds(&t, "Oct 25 02:40:00"), utc(2026, 10, 25, 1, 40, 0), "the second 02:40");
	SAME_INT(seconds(&t, "Oct 25 03:00:00"), utc(2026, 10, 25, 2, 0, 0), "after it");
	z = zone_of("America/St_Johns");
	logtime_init(&t, &z, 2026, 0);
	SAME_INT(seconds(&t, "Jan  1 00:00:00"), utc(2026, 1, 1, 3, 30, 0), "half hours");
}

/* logyear_first of a file with those octets. */
static int
year_of_octets(struct span octets, int64_t changed_s)
{
	FILE *f = tmpfile();
	int year;

	if (!f || fwrite(octets.p, 1, octets.n, f) != octets.n || fflush(f))
		abort();
	rewind(f);
	year = logyear_first(fileno(f), (int64_t)octets.n, changed_s * 1000000);
	if (ftell(f) != 0)
		abort();
	fclose(f);
	return year;
}

/* Of a file with that text, and of what each packer makes of it: all the same. */
static int
year_of_text(struct span text, int64_t changed_s)
{
	int year = year_of_octets(text, changed_s);
	struct buf octets;

	buf_init(&octets, 1 << 26);
	for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
		buf_clear(&octets);
		packers[i].pack(&octets, text);
		if (year_of_octets(buf_span(&octets), changed_s) != year)
			year = -1;
	}
	buf_free(&octets);
	return year;
}

static int
year_of_file(const char *text, size_t times, int64_t changed_s)
{
	struct buf all;
	int year;

	buf_init(&all, 1 << 26);
	for (size_t i = 0; i < times; i++)
		buf_puts(&all, text);
	year = year_of_text(buf_span(&all), changed_s);
	buf_free(&all);
	return year;
}

/* So many lines of December, and so many of January. */
static int
year_over_new_year(size_t december, size_t january, int64_t changed_s)
{
	struct buf all;
	int year;

	buf_init(&all, 1 << 26);
	for (size_t i = 0; i < december; i++)
		buf_puts(&all, "Dec 31 11:00:00 mx1 postfix/smtpd[1]: x\n");
	for (size_t i = 0; i < january; i++)
		buf_puts(&all, "Jan  1 11:00:00 mx1 postfix/smtpd[1]: x\n");
	year = year_of_text(buf_span(&all), changed_s);
	buf_free(&all);
	return year;
}

#define REST " mx1 postfix/smtpd[1]: x\n"

static void
test_files(void)
{
	int64_t changed = utc(2026, 3, 5, 12, 0, 0);
	bool good = true;

	SAME_INT(year_of_file("Mar  5 11:00:00" REST, 1, changed), 2026, "a file of today");
	SAME_INT(year_of_file("Mar  7 11:00:00" REST, 1, changed), 2025,
	    "a line of the future is of last year");
	SAME_INT(year_of_file("Dec  1 11:00:00" REST "Mar  5 11:00:00" REST, 1, changed), 2025,
	    "over New Year");
	SAME_INT(year_of_file("May  1 11:00:00" REST "Dec  1 11:00:00" REST "Jan  1 11:00:00" REST,
		     3, changed),
	    2023, "over three of them");
	SAME_INT(year_of_file("Feb 29 11:00:00" REST, 1, changed), 2024, "a leap day");
	SAME_INT(year_of_file("Feb 29 11:00:00" REST "Jan  1 00:00:00" REST, 1, changed), 2024,
	    "a leap day some time before the end");
	SAME_INT(
	    year_of_file("2020-11-21T19:49:27Z" REST, 1, changed), 0, "no stamp lacks the year");
	SAME_INT(year_of_file("Nov 21 19:49:27" REST "2020-11-21T19:49:27Z" REST, 1, changed), 2020,
	    "a stamp that has it tells");
	SAME_INT(year_of_file("", 1, changed), 0, "an empty file");
	SAME_INT(year_of_file("no log\n", 1000, changed), 0, "no log");
	SAME_INT(
	    year_of_file("May  1 11:00:00" REST, 110000, changed), 2025, "a file read in samples");
	/* A sample ends behind line 409 or 410. */
	for (size_t n = 1; n < 900; n += 163)
		for (size_t m = 1; m < 900; m += 101)
			good = good && year_over_new_year(n, m, changed) == 2025;
	OK(good, "New Year anywhere in a file of any length");
	SAME_INT(year_over_new_year(110000, 100, changed), 2025, "at the end of a large one");
	SAME_INT(year_over_new_year(100, 110000, changed), 2025, "at the start of one");
}

int
main(void)
{
	test_walk();
	test_years();
	test_wrong_clock();
	test_zones();
	test_files();
	return tap_end();
}
