/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/zone.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"

enum {
	QUARTER_S = 900,
	OUT_OF_ORDER_S = 120, /* lines of one log are hardly ever further out of order */
};

void
zone_system(struct zone *z)
{
	*z = (struct zone){0};
	tzset();
}

static bool
take_offset(struct zone *z, struct span text)
{
	struct cursor c = cursor_on(text);
	int64_t sign = cur_maybe(&c, SPAN_LIT("-")) ? -1 : 1, hours, minutes;

	if (sign > 0)
		cur_literal(&c, SPAN_LIT("+"));
	hours = (int64_t)cur_number(&c, 2);
	cur_literal(&c, SPAN_LIT(":"));
	minutes = (int64_t)cur_number(&c, 2);
	if (!cur_done(&c) || hours > 23 || minutes > 59)
		return false;
	*z = (struct zone){.fixed = true, .offset_s = sign * (hours * 3600 + minutes * 60)};
	return true;
}

/* A name of which the C library makes nothing counts as UTC there, in silence: so we look for its
 * file. */
static bool
is_zone_name(const char *name)
{
	bool there;
	struct buf path;

	if (!is_alpha(name[0]) || strstr(name, ".."))
		return false;
	buf_init(&path, 200);
	buf_printf(&path, "/usr/share/zoneinfo/%s", name);
	there = !path.overflow && access(buf_str(&path), R_OK) == 0;
	buf_free(&path);
	return there;
}

bool
zone_set(struct zone *z, const char *text)
{
	struct buf tz;

	if (take_offset(z, span_str(text)))
		return true;
	if (!strcmp(text, "UTC") || !strcmp(text, "Z")) {
		*z = (struct zone){.fixed = true};
		return true;
	}
	if (!is_zone_name(text))
		return false;
	buf_init(&tz, 200);
	buf_printf(&tz, ":%s", text);
	if (setenv("TZ", buf_str(&tz), 1) != 0)
		out_of_memory();
	buf_free(&tz);
	zone_system(z);
	return true;
}

/* Asks the C library for the quarter of an hour that local_s lies in. */
static void
look_up(struct zone *z, int64_t local_s)
{
	int64_t start = local_s - local_s % QUARTER_S;
	time_t as_utc = (time_t)start, t;
	struct tm reading, tm;

	gmtime_r(&as_utc, &reading);
	z->quarter = local_s / QUARTER_S;
	z->offsets_n = 0;
	for (int summer = 1; summer >= 0; summer--) {
		tm = reading;
		tm.tm_isdst = summer;
		t = mktime(&tm);
		if (tm.tm_isdst == summer && tm.tm_hour == reading.tm_hour &&
		    tm.tm_min == reading.tm_min)
			z->offsets[z->offsets_n++] = start - (int64_t)t;
	}
	if (!z->offsets_n) {
		tm = reading;
		tm.tm_isdst = -1;
		z->offsets[z->offsets_n++] = start - (int64_t)mktime(&tm);
	}
}

int64_t
zone_to_utc(struct zone *z, int64_t local_s, int64_t last_s)
{
	int64_t first;

	if (z->fixed)
		return local_s - z->offset_s;
	if (local_s < 0)
		local_s = 0; /* before 1970: no log is */
	if (!z->offsets_n || z->quarter != local_s / QUARTER_S)
		look_up(z, local_s);
	first = local_s - z->offsets[0];
	if (z->offsets_n == 2 && first < last_s - OUT_OF_ORDER_S)
		return local_s - z->offsets[1];
	return first;
}
