/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "base/rng.h"

static void
test_reads(void)
{
	struct cursor c = cursor_on(SPAN_LIT("ab= 42;REST of it"));

	OK(cur_peek(&c) == 'a', "peek takes nothing");
	SAME_SPAN(cur_run(&c, is_alpha, 2), SPAN_LIT("ab"), "a run of exactly the maximum");
	OK(!cur_maybe(&c, SPAN_LIT("==")) && !c.failed, "maybe not");
	OK(cur_literal(&c, SPAN_LIT("=")), "literal");
	cur_blanks(&c, 1);
	SAME_INT(cur_number(&c, 2), 42, "number");
	OK(cur_maybe(&c, SPAN_LIT(";")), "maybe");
	OK(cur_maybe_i(&c, SPAN_LIT("rest")), "maybe, whatever the case");
	SAME_SPAN(cur_until(&c, SPAN_LIT(" of"), 0), SPAN_LIT(""), "until, nothing before");
	SAME_SPAN(cur_rest(&c), SPAN_LIT(" it"), "rest");
	OK(cur_done(&c) && cur_peek(&c) == -1, "done");
}

static bool
fails(void (*read)(struct cursor *), struct span text)
{
	struct cursor c = cursor_on(text);

	read(&c);
	return c.failed && !cur_done(&c) && cur_peek(&c) == -1 && cur_rest(&c).n == 0 &&
	       !cur_literal(&c, SPAN_LIT("x")) && cur_run(&c, is_alpha, 9).n == 0 &&
	       cur_until(&c, SPAN_LIT("x"), 9).n == 0 && cur_number(&c, 9) == 0 && c.failed;
}

static void
read_long_run(struct cursor *c)
{
	cur_run(c, is_alpha, 3);
}

static void
read_blanks(struct cursor *c)
{
	cur_blanks(c, 2);
}

static void
read_far_stop(struct cursor *c)
{
	cur_until(c, SPAN_LIT("--"), 3);
}

static void
read_literal(struct cursor *c)
{
	cur_literal(c, SPAN_LIT("abc"));
}

static void
read_number(struct cursor *c)
{
	cur_number(c, 20);
}

static void
test_failures(void)
{
	OK(fails(read_long_run, SPAN_LIT("abcd")), "a longer run fails, and stays failed");
	OK(fails(read_blanks, SPAN_LIT(" \t ")), "too many blanks");
	OK(fails(read_far_stop, SPAN_LIT("abcd--")), "a stop that is too far");
	OK(fails(read_far_stop, SPAN_LIT("abc-")), "half a stop");
	OK(fails(read_far_stop, SPAN_LIT("")), "no stop in nothing");
	OK(fails(read_literal, SPAN_LIT("ab")), "a literal that is longer than the text");
	OK(fails(read_number, SPAN_LIT("x1")), "no digit");
	OK(fails(read_number, SPAN_LIT("1234567890123456789")),
	    "19 digits: would not fit every type");
	OK(fails(cur_fail, SPAN_LIT("abc")), "the parser's own verdict");
}

static bool
any(char c)
{
	(void)c;
	return true;
}

/* cur_until against the obvious search, for every text of up to 7 octets over two letters, every
 * stop and maximum. */
static void
test_until(void)
{
	static const char *const stops[] = {"b", "ab", "bb", "aba"};
	unsigned wrong = 0;

	for (unsigned n = 0; n <= 7; n++)
		for (unsigned bits = 0; bits < 1u << n; bits++)
			for (unsigned s = 0; s < 4 * 9; s++) {
				struct span stop = span_str(stops[s % 4]), text, got;
				size_t max = s / 4, at = 0;
				struct cursor c;
				char room[8];

				for (unsigned i = 0; i < n; i++)
					room[i] = bits >> i & 1 ? 'b' : 'a';
				text = (struct span){room, n};
				while (at <= max && !span_starts(span_from(text, at), stop))
					at++;
				c = cursor_on(text);
				got = cur_until(&c, stop, max);
				if (at > max || at + stop.n > n)
					wrong += !c.failed;
				else
					wrong +=
					    c.failed || got.n != at || c.rest.n != n - at - stop.n;
			}
	SAME_INT(wrong, 0, "cur_until finds the first stop within its maximum");
}

/* Whatever is read in whatever order, it is the text from front to back. */
static void
test_order(void)
{
	uint64_t seed = 5;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0;

	for (int i = 0; i < 20000; i++) {
		struct span text = SPAN_LIT("12ab  34cd;x  ");
		struct cursor c = cursor_on(text);

		for (int k = 0; k < 10 && !c.failed; k++) {
			size_t before = c.rest.n;

			switch (rng_below(&r, 5)) {
			case 0: cur_run(&c, is_alpha, 4); break;
			case 1: cur_blanks(&c, 2); break;
			case 2: cur_maybe(&c, SPAN_LIT(";")); break;
			case 3: cur_number(&c, 2); break;
			default: cur_run(&c, any, rng_below(&r, 20)); break;
			}
			wrong += c.rest.n > before ||
				 (!c.failed && c.rest.p + c.rest.n != text.p + text.n);
		}
	}
	SAME_INT(wrong, 0, "nothing is read twice or skipped");
}

int
main(void)
{
	test_reads();
	test_failures();
	test_until();
	test_order();
	return tap_end();
}
