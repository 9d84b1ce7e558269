/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock - what time it is, replaceable: `--now TIME` and tests put a fixed or a stepped clock in
 * its place. */
#ifndef EMT_CLOCK_H
#define EMT_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*wall_us)(void *state);  /* microseconds since 1970-01-01 UTC */
	int64_t (*since_us)(void *state); /* microseconds since some start, never going back */
	void *state;
};

extern const struct clock clock_system;

/* A clock that stands at *us until the caller moves it; both readings are *us. */
struct clock clock_fixed(int64_t *us);

static inline int64_t
clock_wall_us(const struct clock *c)
{
	return c->wall_us(c->state);
}

static inline int64_t
clock_since_us(const struct clock *c)
{
	return c->since_us(c->state);
}

/* Seconds since 1970 of a civil UTC date (proleptic Gregorian; RFC 3339 ranges are the caller's
 * business). */
int64_t civil_to_epoch(int year, int month, int day, int hour, int minute, int second);

#endif
