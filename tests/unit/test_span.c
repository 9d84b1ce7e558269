/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdint.h>

#include "base/rng.h"

/* A short text over few letters, so that all relations between two of them come up. */
static struct span
some_text(const struct rng *r, char room[8])
{
	static const char letters[] = {'a', 'A', 'b', ' ', '\r', '\n', '\t', '\0', (char)0xe9, '@'};
	size_t n = rng_below(r, 8);

	for (size_t i = 0; i < n; i++)
		room[i] = letters[rng_below(r, sizeof letters)];
	return (struct span){n ? room : NULL, n};
}

static int
slow_lower(int c)
{
	const char *upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", *at = c ? strchr(upper, c) : NULL;

	return at ? "abcdefghijklmnopqrstuvwxyz"[at - upper] : c;
}

/* Do a's octets from `at` on begin with b's? */
static bool
slow_match(struct span a, size_t at, struct span b, int (*fold)(int))
{
	for (size_t i = 0; i < b.n; i++)
		if (at + i >= a.n || fold(a.p[at + i]) != fold(b.p[i]))
			return false;
	return true;
}

static int
same(int c)
{
	return c;
}

static size_t
slow_find(struct span s, char byte)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != byte)
		i++;
	return i;
}

static struct span
slow_trim(struct span s)
{
	static const char blanks[4] = {' ', '\t', '\r', '\n'};
	size_t from = 0, to = s.n;

	while (from < to && memchr(blanks, s.p[from], 4))
		from++;
	while (to > from && memchr(blanks, s.p[to - 1], 4))
		to--;
	return (struct span){s.p ? s.p + from : NULL, to - from};
}

static void
test_relations(void)
{
	uint64_t seed = 2;
	struct rng r = rng_seeded(&seed);
	char room[2][8];
	unsigned wrong[8] = {0};

	for (int i = 0; i < 200000; i++) {
		struct span a = some_text(&r, room[0]), b = some_text(&r, room[1]);
		size_t from = rng_below(&r, 10);
		bool head = slow_match(a, 0, b, same), ihead = slow_match(a, 0, b, slow_lower);

		wrong[0] += span_eq(a, b) != (a.n == b.n && head);
		wrong[1] += span_ieq(a, b) != (a.n == b.n && ihead);
		wrong[2] += span_starts(a, b) != head;
		wrong[3] += span_istarts(a, b) != ihead;
		wrong[4] += span_ends(a, b) != (a.n >= b.n && slow_match(a, a.n - b.n, b, same));
		wrong[5] += span_find(a, '@') != slow_find(a, '@');
		wrong[6] += !span_eq(span_trim(a), slow_trim(a));
		wrong[7] += span_from(a, from).n != (from < a.n ? a.n - from : 0) ||
			    (from < a.n && span_from(a, from).p != a.p + from);
	}
	SAME_INT(wrong[0], 0, "span_eq");
	SAME_INT(wrong[1], 0, "span_ieq");
	SAME_INT(wrong[2], 0, "span_starts");
	SAME_INT(wrong[3], 0, "span_istarts");
	SAME_INT(wrong[4], 0, "span_ends");
	SAME_INT(wrong[5], 0, "span_find");
	SAME_INT(wrong[6], 0, "span_trim");
	SAME_INT(wrong[7], 0, "span_from");
}

/* The pieces that span_cut gives, with the byte between them, are the text. */
static void
test_cut(void)
{
	uint64_t seed = 3;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0;
	char room[8];

	for (int i = 0; i < 50000; i++) {
		struct span text = some_text(&r, room), rest = text;
		size_t at = 0;

		while (rest.p) {
			struct span piece = span_cut(&rest, 'a');

			wrong += slow_find(piece, 'a') != piece.n || piece.p != text.p + at;
			at += piece.n + (rest.p != NULL);
		}
		wrong += at != text.n;
	}
	SAME_INT(wrong, 0, "span_cut visits every piece once");
}

static void
test_classes(void)
{
	unsigned wrong = 0;

	for (int i = 0; i < 256; i++) {
		char c = (char)i;

		wrong += is_digit(c) != (i && strchr("0123456789", i));
		wrong += is_alpha(c) != (slow_lower(i) >= 'a' && slow_lower(i) <= 'z');
		wrong += is_blank(c) != (i == 32 || i == 9);
		wrong += (unsigned char)to_lower(c) != slow_lower(i);
	}
	SAME_INT(wrong, 0, "octet classes");
}

int
main(void)
{
	test_relations();
	test_cut();
	test_classes();
	return tap_end();
}
