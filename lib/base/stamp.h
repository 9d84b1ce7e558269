/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stamp - the time in front of a log line, in each form that syslog, journalctl, BIND and container
 * logs write it.
 *
 *	Nov 21 19:34:06			RFC 3164; the day padded or not, a fraction allowed
 *					(journalctl -o short-precise)
 *	2026-11-21T19:49:27.621223+00:00	RFC 3339; zone Z, +HH:MM, +HHMM or none
 *					(journalctl -o short-iso)
 *	Sat 2026-11-21 19:49:27 UTC	journalctl -o short-full
 *	21-Nov-2026 19:49:27.621	BIND
 *	1795290567.621223		journalctl -o short-unix
 *	1795290567621223		__REALTIME_TIMESTAMP of the journal, microseconds
 *
 * A stamp is what stands there, checked for range; logtime makes it a point in time. */
#ifndef EMT_STAMP_H
#define EMT_STAMP_H

#include <stdint.h>

#include "base/cursor.h"

enum { STAMP_LEN_MAX = 64 }; /* octets */

struct stamp {
	int year; /* 0: the log does not say */
	int month, day, hour, minute, second, us;
	bool has_zone;
	int offset_s;     /* east of UTC, where has_zone */
	int64_t epoch_us; /* microseconds since 1970, where is_epoch; nothing else is set then */
	bool is_epoch;
};

/* Reads a stamp from the front of the cursor; fails the cursor if there is none.  Stops right
 * behind it. */
void stamp_take(struct cursor *c, struct stamp *s);

/* All of `text` is a stamp. */
bool stamp_parse(struct span text, struct stamp *s) __attribute__((warn_unused_result));

bool is_leap_year(int year);

#endif
