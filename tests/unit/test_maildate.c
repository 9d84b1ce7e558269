/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdint.h>
#include <time.h>

#include "base/rng.h"
#include "mail/maildate.h"

static void
test_good(void)
{
	static const struct {
		const char *text;
		int64_t epoch;
	} rows[] = {
	    {"Mon, 05 Jan 2026 10:00:00 +0000", 1767607200},
	    {" 5 Jan 2026 10:00:00 GMT ", 1767607200},
	    {"Mon, 5 jan 2026 05:00 -0500 (EST)", 1767607200},
	    {"Mon (day), 5 (of) Jan 2026 10 : 00:00 +0000 (a (b) \\) c)", 1767607200},
	    {"Mon, 5 Jan 26 05:00:00 EST", 1767607200},
	    {"5 Jan 126 02:00:00 PST", 1767607200},
	    {"Mon,\r\n 5 Jan 2026 15:30:00 +0530", 1767607200},
	    {"Mon, 5 Jan 2026 10:00:00 XYZ", 1767607200},
	    {"Mon, 5 Jan 2026 10:00:00 ESTX", 1767607200},
	    {"Mon, 5 Jan 2026 10:00:00 -0000", 1767607200},
	    {"31 Dec 1998 23:59:60 +0000", 915148800},
	    {"1 Jan 50 00:00:00 Z", -631152000},
	    {"29 Feb 2000 00:00:00 UT", 951782400},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t epoch = 0;

		OK(maildate_read(span_str(rows[i].text), &epoch), rows[i].text);
		SAME_INT(epoch, rows[i].epoch, "its second");
	}
}

static void
test_bad(void)
{
	static const char *const rows[] = {"", "Mon", "Mon, ", "5 Jan 2026",
	    "5 Jan 2026 10:00:00 +0000 x", "5 January 2026 10:00:00 +0000",
	    "32 Jan 2026 10:00:00 +0000", "0 Jan 2026 10:00:00 +0000", "31 Jun 2026 10:00:00 +0000",
	    "29 Feb 2025 10:00:00 +0000", "5 Jan 2026 24:00:00 +0000", "5 Jan 2026 10:60:00 +0000",
	    "5 Jan 2026 10:00:61 +0000", "5 Jan 2026 10-00-00 +0000", "005 Jan 2026 10:00:00 +0000",
	    "5 Jan 02026 10:00:00 +0000", "5 Jan 1776 10:00:00 +0000", "5 Jan 2026 10:00:00 +00000",
	    "5 Jan 2026 10:00:00 +", "2026-01-05T10:00:00Z", "(", "5 (Jan 2026",
	    "5 Jan 2026 10:00:00 +0099", "5 Jan 2026 10:00:00"};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t epoch;

		OK(!maildate_read(span_str(rows[i]), &epoch), rows[i]);
	}
	OK(!maildate_read(SPAN_LIT("5 Jan 2026 10:00:00 +0000\0"), &(int64_t){0}),
	    "a NUL behind it");
}

/* Dates as mail programs write them, in any zone. */
static void
test_against_strftime(void)
{
	uint64_t seed = 15;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0;

	for (int i = 0; i < 20000; i++) {
		int64_t epoch = (int64_t)rng_below(&r, INT64_C(4102444800)), got = 0;
		int east = (int)rng_below(&r, 28 * 60) - 14 * 60, size = east < 0 ? -east : east;
		time_t local = (time_t)(epoch + east * 60);
		char text[64], zone[8];
		struct tm tm;

		gmtime_r(&local, &tm);
		strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S ", &tm);
		snprintf(zone, sizeof zone, "%c%02d%02d", east < 0 ? '-' : '+', size / 60 % 24,
		    size % 60);
		memcpy(text + strlen(text), zone, strlen(zone) + 1);
		wrong += !maildate_read(span_str(text), &got) || got != epoch;
	}
	SAME_INT(wrong, 0, "dates of all zones");
}

int
main(void)
{
	test_good();
	test_bad();
	test_against_strftime();
	return tap_end();
}
