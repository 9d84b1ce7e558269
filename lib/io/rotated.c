/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/rotated.h"

#include "base/cursor.h"

enum {
	NUMBER_DIGITS_MAX = 5,
	DATE_MAX = 40,       /* octets */
	DATE_DIGITS_MIN = 6, /* a month: 202611 */
	EPOCH_DIGITS = 10,
};

static void
cut_packer(struct rotated *r)
{
	static const struct span suffixes[] = {
	    {".gz", 3}, {".bz2", 4}, {".zst", 4}, {".zstd", 5}, {".xz", 3}, {".lz4", 4}, {".Z", 2}};

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (span_ends(r->stem, suffixes[i])) {
			r->stem.n -= suffixes[i].n;
			r->is_packed = true;
			return;
		}
}

static size_t
digits_at_start(struct span s)
{
	size_t n = 0;

	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n;
}

/* Digits, and what stands between them in a date. */
static bool
looks_like_date(struct span s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (is_digit(s.p[i]))
			digits++;
		else if (!memchr("-.:_+TZ", s.p[i], 7))
			return false;
	}
	return digits >= DATE_DIGITS_MIN && is_digit(s.p[0]) && s.n <= DATE_MAX;
}

/* From the year down, so that the order of texts is that of times. */
static bool
is_sorted_date(struct span s)
{
	return span_starts(s, SPAN_LIT("19")) || span_starts(s, SPAN_LIT("20")) ||
	       (s.n == EPOCH_DIGITS && digits_at_start(s) == EPOCH_DIGITS);
}

static bool
parse_suffix(struct rotated *r, struct span suffix)
{
	struct span text = span_from(suffix, 1);
	size_t digits = digits_at_start(text);
	struct cursor c = cursor_on(text);

	if (span_eq(suffix, SPAN_LIT(".old"))) {
		r->kind = ROTATED_OTHER;
		return true;
	}
	if (suffix.p[0] == '.' && digits && digits == text.n && digits <= NUMBER_DIGITS_MAX) {
		r->kind = ROTATED_NUMBER;
		r->number = cur_number(&c, NUMBER_DIGITS_MAX);
		return true;
	}
	if (!memchr("-._", suffix.p[0], 3) || !looks_like_date(text))
		return false;
	r->kind = is_sorted_date(text) ? ROTATED_DATE : ROTATED_OTHER;
	r->date = text;
	return true;
}

bool
rotated_parse(struct rotated *r, struct span name, struct span log)
{
	*r = (struct rotated){.kind = ROTATED_LOG, .stem = name};
	if (span_eq(name, log))
		return true;
	cut_packer(r);
	return r->stem.n > log.n + 1 && span_starts(r->stem, log) &&
	       parse_suffix(r, span_from(r->stem, log.n));
}

int
rotated_compare(const struct rotated *a, const struct rotated *b)
{
	size_t n = a->date.n < b->date.n ? a->date.n : b->date.n;
	int order;

	if (a->kind == ROTATED_NUMBER)
		return (a->number < b->number) - (a->number > b->number);
	order = n ? memcmp(a->date.p, b->date.p, n) : 0;
	return order ? order : (a->date.n > b->date.n) - (a->date.n < b->date.n);
}
