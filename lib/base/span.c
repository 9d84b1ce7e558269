/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/span.h"

bool
span_ieq(struct span a, struct span b)
{
	return a.n == b.n && span_istarts(a, b);
}

bool
span_istarts(struct span s, struct span prefix)
{
	if (s.n < prefix.n)
		return false;
	for (size_t i = 0; i < prefix.n; i++)
		if (to_lower(s.p[i]) != to_lower(prefix.p[i]))
			return false;
	return true;
}

bool
span_ends(struct span s, struct span suffix)
{
	return s.n >= suffix.n && span_eq(span_from(s, s.n - suffix.n), suffix);
}

static bool
is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

struct span
span_trim(struct span s)
{
	while (s.n && is_space(s.p[0]))
		s.p++, s.n--;
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct span
span_cut(struct span *s, char byte)
{
	size_t at = span_find(*s, byte);
	struct span head = {s->p, at};

	if (at == s->n)
		*s = (struct span){NULL, 0};
	else
		*s = (struct span){s->p + at + 1, s->n - at - 1};
	return head;
}
