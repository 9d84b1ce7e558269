/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cursor - reads a span from front to back, for every line and field parser.
 *
 * Its error is sticky: after the first thing that does not fit, nothing more is consumed, every
 * read gives an empty answer, and the caller asks once, at the end (`failed`).  Every read of a
 * variable length names its maximum, so no input makes a parser look further than its author meant.
 */
#ifndef EMT_CURSOR_H
#define EMT_CURSOR_H

#include <stdint.h>

#include "base/span.h"

struct cursor {
	struct span rest; /* what is not read yet */
	bool failed;
};

static inline struct cursor
cursor_on(struct span s)
{
	return (struct cursor){.rest = s};
}

/* The parser's own verdict: what was read makes no sense. */
static inline void
cur_fail(struct cursor *c)
{
	*c = (struct cursor){.failed = true};
}

/* Nothing left and nothing went wrong. */
static inline bool
cur_done(const struct cursor *c)
{
	return !c->failed && c->rest.n == 0;
}

/* The next octet without taking it, as an unsigned char, or -1 at the end. */
static inline int
cur_peek(const struct cursor *c)
{
	return c->rest.n ? (unsigned char)c->rest.p[0] : -1;
}

/* The next n octets; the caller knows that they are there. */
static inline struct span
cur_take(struct cursor *c, size_t n)
{
	struct span s = {c->rest.p, n};

	c->rest = span_from(c->rest, n);
	return s;
}

/* Takes `text` if it comes next; without it: cur_literal fails, cur_maybe only answers false.  The
 * _i forms ignore the case of ASCII letters. */
static inline bool
cur_maybe(struct cursor *c, struct span text)
{
	if (!span_starts(c->rest, text))
		return false;
	cur_take(c, text.n);
	return true;
}

static inline bool
cur_literal(struct cursor *c, struct span text)
{
	if (!c->failed && cur_maybe(c, text))
		return true;
	cur_fail(c);
	return false;
}

bool cur_maybe_i(struct cursor *c, struct span text);

/* What stands before `stop`, which is taken too.  Fails without a stop within the next `max`
 * octets. */
struct span cur_until(struct cursor *c, struct span stop, size_t max);

/* The longest run of octets for which `member` holds, at most `max` (a longer run fails); it may be
 * empty. */
static inline struct span
cur_run(struct cursor *c, bool (*member)(char), size_t max)
{
	size_t n = 0;

	while (n < c->rest.n && member(c->rest.p[n])) {
		if (n == max) {
			cur_fail(c);
			return c->rest;
		}
		n++;
	}
	return cur_take(c, n);
}

/* Blanks and tabs, at most `max` of them. */
void cur_blanks(struct cursor *c, size_t max);

/* A decimal number of 1 to `max_digits` digits (at most 18); a longer one fails. */
uint64_t cur_number(struct cursor *c, size_t max_digits);

/* Everything that is left. */
static inline struct span
cur_rest(struct cursor *c)
{
	return cur_take(c, c->rest.n);
}

#endif
