/* SPDX-License-Identifier: GPL-3.0-or-later */
/* when - points in time as text, in UTC. */
#ifndef EMT_REPORT_WHEN_H
#define EMT_REPORT_WHEN_H

#include <stdint.h>

enum { WHEN_TEXT_MAX = 48 };

/* "2026-11-22T16:58:32Z" (RFC 3339); years outside 0 to 9999 as seconds since 1970. */
const char *when_machine(int64_t us, char out[WHEN_TEXT_MAX]);

/* "2026-11-22 16:58:32" */
const char *when_people(int64_t us, char out[WHEN_TEXT_MAX]);

/* "2026-11-22"; days since 1970. */
const char *when_day(int64_t day, char out[WHEN_TEXT_MAX]);

#endif
