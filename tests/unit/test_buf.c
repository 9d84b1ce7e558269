/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdint.h>

#include "base/rng.h"

/* Random appends beside a plain array that takes what still fits. */
static void
test_against_array(void)
{
	uint64_t seed = 4;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0;

	for (int round = 0; round < 300; round++) {
		size_t max = rng_below(&r, 3000), n = 0;
		char want[3000], piece[700];
		bool overflow = false;
		struct buf b;

		buf_init(&b, max);
		for (int i = 0; i < 12; i++) {
			struct span s = {piece, rng_below(&r, sizeof piece)};
			size_t fits = s.n < max - n ? s.n : max - n;

			memset(piece, 'a' + i, sizeof piece);
			buf_put(&b, s);
			overflow |= fits < s.n;
			memcpy(want + n, piece, fits);
			n += fits;
		}
		wrong += !span_eq(buf_span(&b), (struct span){want, n}) || b.overflow != overflow;
		wrong += strlen(buf_str(&b)) != n;
		buf_free(&b);
	}
	SAME_INT(
	    wrong, 0, "holds what was put in, up to its limit, and says when it dropped something");
}

static void
test_room(void)
{
	struct buf b;
	char *room;

	buf_init(&b, 1000);
	buf_puts(&b, "head ");
	room = buf_room(&b, 995);
	OK(room != NULL, "room for exactly the limit");
	memset(room, 'x', 995);
	buf_added(&b, 3);
	SAME_SPAN(buf_span(&b), SPAN_LIT("head xxx"), "only what was said to be added counts");
	OK(!b.overflow, "no overflow yet");
	OK(!buf_room(&b, 993) && b.overflow, "no room over the limit");
	SAME_SPAN(buf_span(&b), SPAN_LIT("head xxx"), "which changes nothing");
	buf_clear(&b);
	OK(b.n == 0 && !b.overflow, "buf_clear forgets the overflow");
	buf_free(&b);
}

static void
test_printf(void)
{
	struct buf b;

	buf_init(&b, 10);
	buf_printf(&b, "%d/%s", 12, "ab");
	SAME_STR(buf_str(&b), "12/ab", "buf_printf");
	buf_printf(&b, "%0*d", 5000, 0);
	SAME_STR(buf_str(&b), "12/ab00000", "buf_printf over the limit is cut");
	OK(b.overflow, "and overflows");
	buf_free(&b);
	buf_init(&b, 0);
	SAME_STR(buf_str(&b), "", "buf_str of an empty buf");
	buf_putc(&b, 'x');
	OK(b.n == 0 && b.overflow, "a limit of 0 takes nothing");
	buf_free(&b);
}

int
main(void)
{
	test_against_array();
	test_room();
	test_printf();
	return tap_end();
}
