/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "base/stamp.h"

static bool
reads(const char *text, struct stamp want)
{
	struct stamp s;

	return stamp_parse(span_str(text), &s) && s.year == want.year && s.month == want.month &&
	       s.day == want.day && s.hour == want.hour && s.minute == want.minute &&
	       s.second == want.second && s.us == want.us && s.has_zone == want.has_zone &&
	       s.offset_s == want.offset_s && s.is_epoch == want.is_epoch &&
	       s.epoch_us == want.epoch_us;
}

static bool
refuses(const char *text)
{
	struct stamp s;

	return !stamp_parse(span_str(text), &s);
}

static struct stamp
at(int year, int month, int day, int hour, int minute, int second)
{
	return (struct stamp){
	    .year = year,
	    .month = month,
	    .day = day,
	    .hour = hour,
	    .minute = minute,
	    .second = second,
	};
}

static struct stamp
in_zone(struct stamp s, int us, int offset_s)
{
	s.us = us;
	s.has_zone = true;
	s.offset_s = offset_s;
	return s;
}

static void
test_forms(void)
{
	struct stamp evening = at(2026, 11, 21, 19, 49, 27), precise = at(0, 11, 21, 19, 49, 27);
	struct stamp epoch = {.is_epoch = true, .epoch_us = 1795290567621223};

	precise.us = 620000;
	OK(reads("Nov 21 19:34:06", at(0, 11, 21, 19, 34, 6)), "RFC 3164");
	OK(reads("Mar  7 02:09:33", at(0, 3, 7, 2, 9, 33)), "padded day");
	OK(reads("Mar 7 02:09:33", at(0, 3, 7, 2, 9, 33)), "unpadded day");
	OK(reads("Nov 21 19:49:27.62", precise), "short-precise");
	OK(reads("2026-11-21T19:49:27.621223+00:00", in_zone(evening, 621223, 0)), "RFC 3339");
	OK(reads("2026-11-21T19:49:27-0530", in_zone(evening, 0, -19800)), "short-iso");
	OK(reads("2026-11-21T19:49:27.123456789Z", in_zone(evening, 123456, 0)),
	    "nanoseconds are cut");
	OK(reads("2026-11-21 19:49:27", evening), "a blank for T, no zone");
	OK(reads("21-Nov-2026 19:49:27", evening), "BIND's own");
	OK(!stamp_parse(SPAN_LIT("21-Nov-26 19:49:27"), &(struct stamp){0}), "no short year");
	OK(reads("Sat 2026-11-21 19:49:27 UTC", in_zone(evening, 0, 0)), "short-full");
	OK(reads("Sat 2026-11-21 19:49:27 CEST", evening), "an abbreviation says nothing");
	OK(reads("1795290567.621223", epoch), "short-unix");
	OK(reads("1795290567621223", epoch), "the journal's microseconds");
	OK(reads("Feb 29 00:00:00", at(0, 2, 29, 0, 0, 0)), "February 29 of an unknown year");
	OK(reads("2024-02-29T00:00:00Z", in_zone(at(2024, 2, 29, 0, 0, 0), 0, 0)),
	    "of a leap year");
	OK(reads("2016-12-31T23:59:60Z", in_zone(at(2016, 12, 31, 23, 59, 60), 0, 0)),
	    "a leap second");
}

static void
test_refused(void)
{
	static const char *const bad[] = {"", "Nov", "Nov 21", "Nov 21 19:34", "Nov 21 19:34:6",
	    "Nov 32 19:34:06", "Nov 00 19:34:06", "Nov 21 24:00:00", "Nov 21 19:60:06",
	    "Nov 21 19:34:61", "Nox 21 19:34:06", "nov 21 19:34:06", "Nov 21 19:34:06 ",
	    "Nov 21 19:34:06.", "Apr 31 00:00:00", "2026-11-21", "2026-13-01T00:00:00Z",
	    "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "26-11-21T19:49:27Z",
	    "2026-11-21T19:49:27+24:00x", "2026-11-21T19:49:27+99:00", "1795290567", "1795290567.",
	    "Sat 2026-11-21 19:49:27", "Sat 2026-11-21 19:49:27 ", "99999999999999999999"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(refuses(bad[i]), bad[i][0] ? bad[i] : "(nothing)");
}

static void
test_front(void)
{
	struct cursor c = cursor_on(SPAN_LIT("Nov  1 19:34:06 mx1 x"));
	struct stamp s;

	stamp_take(&c, &s);
	OK(!c.failed && s.day == 1, "a stamp in front of a line");
	SAME_SPAN(c.rest, SPAN_LIT(" mx1 x"), "stops right behind it");
	OK(is_leap_year(2000) && is_leap_year(2024) && !is_leap_year(1900) && !is_leap_year(2026),
	    "leap years");
}

int
main(void)
{
	test_forms();
	test_refused();
	test_front();
	return tap_end();
}
