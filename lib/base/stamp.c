/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/stamp.h"

bool
is_leap_year(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The place (1 to n) of the three letters that come next in a list of such names; 0 without taking
 * anything. */
static int
take_name(struct cursor *c, const char *names, int n)
{
	for (int i = 0; i < n; i++)
		if (cur_maybe(c, (struct span){names + 3 * i, 3}))
			return i + 1;
	return 0;
}

/* Exactly two digits. */
static int
take_two(struct cursor *c)
{
	const char *p = c->rest.p;

	if (c->rest.n < 2 || !is_digit(p[0]) || !is_digit(p[1])) {
		cur_fail(c);
		return 0;
	}
	c->rest = span_from(c->rest, 2);
	return (p[0] - '0') * 10 + p[1] - '0';
}

/* A fraction of a second behind the dot, cut to microseconds. */
static int
take_fraction(struct cursor *c)
{
	struct span digits = cur_run(c, is_digit, 9);
	int us = 0;

	if (!digits.n)
		cur_fail(c);
	for (size_t i = 0; i < 6; i++)
		us = us * 10 + (i < digits.n ? digits.p[i] - '0' : 0);
	return us;
}

/* HH:MM:SS, with a fraction or not. */
static void
take_clock(struct cursor *c, struct stamp *s)
{
	s->hour = take_two(c);
	cur_literal(c, SPAN_LIT(":"));
	s->minute = take_two(c);
	cur_literal(c, SPAN_LIT(":"));
	s->second = take_two(c);
	if (cur_maybe(c, SPAN_LIT(".")))
		s->us = take_fraction(c);
}

/* YYYY-MM-DD */
static void
take_date(struct cursor *c, struct stamp *s)
{
	struct span before = c->rest;

	s->year = (int)cur_number(c, 4);
	if (before.n - c->rest.n != 4)
		cur_fail(c);
	cur_literal(c, SPAN_LIT("-"));
	s->month = take_two(c);
	cur_literal(c, SPAN_LIT("-"));
	s->day = take_two(c);
}

static int
take_month(struct cursor *c)
{
	return take_name(c, "JanFebMarAprMayJunJulAugSepOctNovDec", 12);
}

/* DD-Mon-YYYY HH:MM:SS, behind the day: what BIND writes by itself. */
static void
take_bind(struct cursor *c, struct stamp *s)
{
	cur_literal(c, SPAN_LIT("-"));
	s->month = take_month(c);
	cur_literal(c, SPAN_LIT("-"));
	s->year = take_two(c) * 100;
	s->year += take_two(c);
	cur_literal(c, SPAN_LIT(" "));
	take_clock(c, s);
}

/* +HH:MM or +HHMM, behind the sign. */
static int
take_offset(struct cursor *c)
{
	int hours = take_two(c);

	cur_maybe(c, SPAN_LIT(":"));
	return hours * 3600 + take_two(c) * 60;
}

static bool
take_zone(struct cursor *c, struct stamp *s)
{
	if (cur_maybe(c, SPAN_LIT("Z")))
		return s->has_zone = true;
	if (cur_maybe(c, SPAN_LIT("+"))) {
		s->offset_s = take_offset(c);
		return s->has_zone = true;
	}
	if (cur_maybe(c, SPAN_LIT("-"))) {
		s->offset_s = -take_offset(c);
		return s->has_zone = true;
	}
	return false;
}

/* The zone of short-full: a number, UTC, or an abbreviation, of which many zones have the same:
 * then it is as if the log did not say. */
static void
take_zone_name(struct cursor *c, struct stamp *s)
{
	cur_literal(c, SPAN_LIT(" "));
	if (take_zone(c, s))
		return;
	if (cur_maybe(c, SPAN_LIT("UTC")) || cur_maybe(c, SPAN_LIT("GMT"))) {
		s->has_zone = true;
		return;
	}
	if (!cur_run(c, is_alpha, 8).n)
		cur_fail(c);
}

/* Digits first: RFC 3339, or seconds or microseconds since 1970. */
static void
take_numeric(struct cursor *c, struct stamp *s)
{
	enum { MICROSECONDS_DIGITS = 14 }; /* from 1973 on; seconds have 12 digits at most */
	struct cursor epoch = *c;
	struct span before = c->rest;
	size_t digits_n;
	int64_t number;

	number = (int64_t)cur_number(&epoch, 18);
	digits_n = before.n - epoch.rest.n;
	if (!epoch.failed && digits_n <= 12 && cur_maybe(&epoch, SPAN_LIT("."))) {
		s->is_epoch = true;
		s->epoch_us = number * 1000000 + take_fraction(&epoch);
		*c = epoch;
	} else if (!epoch.failed && digits_n >= MICROSECONDS_DIGITS) {
		s->is_epoch = true;
		s->epoch_us = number;
		*c = epoch;
	} else if (digits_n == 2 && span_starts(epoch.rest, SPAN_LIT("-"))) {
		s->day = (int)number;
		cur_take(c, digits_n);
		take_bind(c, s);
	} else {
		take_date(c, s);
		if (!cur_maybe(c, SPAN_LIT("T")))
			cur_literal(c, SPAN_LIT(" "));
		take_clock(c, s);
		take_zone(c, s);
	}
}

static bool
in_range(const struct stamp *s)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (s->is_epoch)
		return true;
	if (s->month < 1 || s->month > 12 || s->day < 1 || s->day > days[s->month - 1])
		return false;
	if (s->year && s->month == 2 && s->day == 29 && !is_leap_year(s->year))
		return false;
	/* 60: a leap second. */
	return s->hour <= 23 && s->minute <= 59 && s->second <= 60 && s->offset_s > -86400 &&
	       s->offset_s < 86400;
}

void
stamp_take(struct cursor *c, struct stamp *s)
{
	*s = (struct stamp){0};
	if (is_digit((char)cur_peek(c))) {
		take_numeric(c, s);
	} else if (take_name(c, "MonTueWedThuFriSatSun", 7)) {
		cur_literal(c, SPAN_LIT(" "));
		take_date(c, s);
		cur_literal(c, SPAN_LIT(" "));
		take_clock(c, s);
		take_zone_name(c, s);
	} else {
		s->month = take_month(c);
		cur_literal(c, SPAN_LIT(" "));
		cur_maybe(c, SPAN_LIT(" "));
		s->day = (int)cur_number(c, 2);
		cur_literal(c, SPAN_LIT(" "));
		take_clock(c, s);
	}
	if (!c->failed && !in_range(s))
		cur_fail(c);
}

bool
stamp_parse(struct span text, struct stamp *s)
{
	struct cursor c = cursor_on(text);

	stamp_take(&c, s);
	return cur_done(&c);
}
