/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/as_list.h"

#include "base/cursor.h"

enum { DIGITS_MAX = 10 };

bool
as_list_nothing(struct span s)
{
	s = span_trim(s);
	return s.n == 0 || span_eq(s, SPAN_LIT("None")) || span_eq(s, SPAN_LIT("null")) ||
	       span_eq(s, SPAN_LIT("\\N"));
}

bool
as_list_number(struct span s, uint64_t max, uint64_t *number)
{
	struct cursor c = cursor_on(span_trim(s));

	*number = cur_number(&c, DIGITS_MAX);
	if (cur_maybe(&c, SPAN_LIT(".")))
		cur_literal(&c, SPAN_LIT("0"));
	return cur_done(&c) && *number <= max;
}

/* The text within brackets, if s stands in some. */
static struct span
without_brackets(struct span s)
{
	static const char open[] = "{[(", close[] = "}])";
	const char *at = s.n && s.p[0] ? strchr(open, s.p[0]) : NULL;

	if (at && s.n > 1 && s.p[s.n - 1] == close[at - open])
		return span_trim((struct span){s.p + 1, s.n - 2});
	return s;
}

static struct span
next_piece(struct span *rest)
{
	size_t n = 0;
	struct span piece;

	while (n < rest->n && rest->p[n] != ',' && rest->p[n] != '_' && !is_blank(rest->p[n]))
		n++;
	piece = (struct span){rest->p, n};
	*rest = span_from(*rest, n < rest->n ? n + 1 : n);
	return piece;
}

bool
as_list_read(struct span s, uint32_t as[AS_MAX], size_t *n)
{
	*n = 0;
	if (as_list_nothing(s) || span_eq(span_trim(s), SPAN_LIT("set()")))
		return true; /* set() is what Python writes for {} */
	s = without_brackets(span_trim(s));
	while (s.n) {
		struct span piece = next_piece(&s);
		uint64_t number;

		if (!piece.n)
			continue; /* "1, 2" */
		if (span_istarts(piece, SPAN_LIT("AS")))
			piece = span_from(piece, 2);
		if (!as_list_number(piece, UINT32_MAX, &number)) {
			*n = 0;
			return false;
		}
		if (number && *n < AS_MAX)
			as[(*n)++] = (uint32_t)number;
	}
	return true;
}
