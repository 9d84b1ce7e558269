/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cursor.h"

static const struct span nothing = {NULL, 0};

bool
cur_maybe_i(struct cursor *c, struct span text)
{
	if (!span_istarts(c->rest, text))
		return false;
	cur_take(c, text.n);
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
	s = cur_take(c, (size_t)(at - c->rest.p));
	cur_take(c, stop.n);
	return s;
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
