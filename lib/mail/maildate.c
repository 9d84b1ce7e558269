/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mail/maildate.h"

#include "base/clock.h"
#include "base/cursor.h"
#include "mail/header.h"

/* Blanks, line ends and comments (CFWS). */
static void
skip_gap(struct cursor *c)
{
	for (;;) {
		struct span trimmed = c->rest;

		while (trimmed.n &&
		       (is_blank(trimmed.p[0]) || trimmed.p[0] == '\r' || trimmed.p[0] == '\n'))
			trimmed = span_from(trimmed, 1);
		c->rest = trimmed;
		if (cur_peek(c) != '(')
			return;
		c->rest = span_from(c->rest, header_comment(c->rest));
	}
}

static int
read_int(struct cursor *c, size_t max_digits)
{
	int value = (int)cur_number(c, max_digits);

	skip_gap(c);
	return value;
}

static int
read_month(struct cursor *c)
{
	static const char *const names[] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	for (int i = 0; i < 12; i++) {
		if (cur_maybe_i(c, span_str(names[i]))) {
			skip_gap(c);
			return i + 1;
		}
	}
	cur_fail(c);
	return 0;
}

static int
read_year(struct cursor *c)
{
	size_t before = c->rest.n;
	int year = (int)cur_number(c, 4);
	size_t digits = before - c->rest.n;

	skip_gap(c);
	if (digits == 2)
		return year + (year < 50 ? 2000 : 1900); /* section 4.3 */
	return digits == 3 ? year + 1900 : year;
}

/* Minutes east of UTC.  A zone of letters other than the North American ones is unknown: +0000
 * (section 4.3).  Without any zone it is no date: nobody can say which second is meant. */
static int
read_zone(struct cursor *c)
{
	static const struct {
		const char *name;
		int minutes;
	} zones[] = {{"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420},
	    {"MDT", -360}, {"PST", -480}, {"PDT", -420}};
	bool east = cur_maybe(c, SPAN_LIT("+"));
	struct span name;

	if (east || cur_maybe(c, SPAN_LIT("-"))) {
		int value = (int)cur_number(c, 4), minutes = value / 100 * 60 + value % 100;

		if (value % 100 > 59)
			cur_fail(c);
		return east ? minutes : -minutes;
	}
	name = cur_run(c, is_alpha, 5);
	if (!name.n)
		cur_fail(c);
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		if (span_ieq(name, span_str(zones[i].name)))
			return zones[i].minutes;
	return 0;
}

static int
days_in_month(int year, int month)
{
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (month == 2)
		return leap ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool
maildate_read(struct span s, int64_t *epoch)
{
	struct cursor c = cursor_on(s);
	int day, month, year, hour, minute, second = 0, zone;

	skip_gap(&c);
	if (is_alpha((char)cur_peek(&c))) { /* the day of the week, believed by nobody */
		cur_run(&c, is_alpha, 9);
		skip_gap(&c);
		cur_literal(&c, SPAN_LIT(","));
		skip_gap(&c);
	}
	day = read_int(&c, 2);
	month = read_month(&c);
	year = read_year(&c);
	hour = read_int(&c, 2);
	cur_literal(&c, SPAN_LIT(":"));
	skip_gap(&c);
	minute = read_int(&c, 2);
	if (cur_maybe(&c, SPAN_LIT(":"))) {
		skip_gap(&c);
		second = read_int(&c, 2);
	}
	zone = read_zone(&c);
	skip_gap(&c);
	if (!cur_done(&c) || year < 1900 || day < 1 || day > days_in_month(year, month))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*epoch = civil_to_epoch(year, month, day, hour, minute, second) - (int64_t)zone * 60;
	return true;
}
