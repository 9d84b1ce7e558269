/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cursor.h"

static const struct span nothing = {NULL, 0};

void
cur_fail(struct cursor *c)
{
	c->failed = true;
	c->rest = nothing;
}

bool
cur_done(const struct cursor *c)
{
	return !c->failed && c->rest.n == 0;
}

int
cur_peek(const struct cursor *c)
{
	return c->rest.n ? (unsigned char)c->rest.p[0] : -1;
}

/* Takes the next n octets; the caller knows that they are there. */
static struct span
take(struct cursor *c, size_t n)
{
	struct span s = {c->rest.p, n};

	c->rest = span_from(c->rest, n);
	return s;
}

bool
cur_maybe(struct cursor *c, struct span text)
{
	if (!span_starts(c->rest, text))
		return false;
	take(c, text.n);
	return true;
}

bool
cur_maybe_i(struct cursor *c, struct span text)
{
	if (!span_istarts(c->rest, text))
		return false;
	take(c, text.n);
	return true;
}

bool
cur_literal(struct cursor *c, struct span text)
{
	if (c->failed || !cur_maybe(c, text)) {
		cur_fail(c);
		return false;
	}
	return true;
}

struct span
cur_until(struct cursor *c, struct span stop, size_t max)
{
	size_t window = c->rest.n;
	const char *at;
	struct span s;

	if (window > max && window - max > stop.n)
		window = max + stop.n;
	at = window ? memmem(c->rest.p, window, stop.p, stop.n) : NULL;
	if (!at) {
		cur_fail(c);
		return nothing;
	}
	s = take(c, (size_t)(at - c->rest.p));
	take(c, stop.n);
	return s;
}

struct span
cur_run(struct cursor *c, bool (*member)(char), size_t max)
{
	size_t n = 0;

	while (n < c->rest.n && member(c->rest.p[n])) {
		if (n == max) {
			cur_fail(c);
			return nothing;
		}
		n++;
	}
	return take(c, n);
}

void
cur_blanks(struct cursor *c, size_t max)
{
	cur_run(c, is_blank, max);
}

uint64_t
cur_number(struct cursor *c, size_t max_digits)
{
	struct span digits = cur_run(c, is_digit, max_digits < 18 ? max_digits : 18);
	uint64_t value = 0;

	if (digits.n == 0)
		cur_fail(c);
	for (size_t i = 0; i < digits.n; i++)
		value = value * 10 + (uint64_t)(digits.p[i] - '0');
	return value;
}

struct span
cur_rest(struct cursor *c)
{
	return take(c, c->rest.n);
}
