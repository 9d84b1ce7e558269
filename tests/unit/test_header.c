/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdint.h>

#include "base/rng.h"
#include "mail/header.h"

static struct arena *arena;

/* Fields as "name=body|", the body unfolded; behind them the offset of the body of the mail. */
static const char *
shown(struct span mail)
{
	struct header_reader r = {span_from(mail, header_mbox_line(mail))};
	struct header_field field;
	const char *text;
	struct buf b;

	buf_init(&b, 10000);
	while (header_next(&r, &field)) {
		buf_put(&b, field.name);
		buf_putc(&b, '=');
		buf_put(&b, header_unfold(arena, field.body));
		buf_putc(&b, '|');
	}
	buf_put(&b, span_from(mail, header_end(mail)));
	text = arena_dup(arena, buf_span(&b));
	buf_free(&b);
	return text;
}

static void
test_fields(void)
{
	SAME_STR(shown(SPAN_LIT("From a@b Mon\nA: 1\nB:2\n\nbody")), "A=1|B=2|body",
	    "mbox line, fields, body");
	SAME_STR(shown(SPAN_LIT("A: 1\r\nB: 2\r\n\r\nbody")), "A=1|B=2|body", "CRLF");
	SAME_STR(
	    shown(SPAN_LIT("A : 1\nB\t:2\n\nbody")), "A=1|B=2|body", "blanks before the colon");
	SAME_STR(shown(SPAN_LIT("A: 1\n  2\n\t3\r\n 4\nB:\n x\n\nbody")), "A=1  2\t3 4|B=x|body",
	    "folding");
	SAME_STR(
	    shown(SPAN_LIT("A: 1\n \n \nB: 2\n\nbody")), "A=1|B=2|body", "a fold of blanks alone");
	SAME_STR(shown(SPAN_LIT("A: 1\nno field\nB: 2\n")), "A=1|no field\nB: 2\n",
	    "ends at what is no field");
	SAME_STR(shown(SPAN_LIT(" A: 1\n")), " A: 1\n", "a continuation of nothing");
	SAME_STR(shown(SPAN_LIT("A: 1")), "A=1|", "no newline at the end");
	SAME_STR(shown(SPAN_LIT("A:")), "A=|", "an empty field at the end");
	SAME_STR(shown(SPAN_LIT("")), "", "nothing");
	SAME_STR(shown(SPAN_LIT("\nA: 1\n")), "A: 1\n", "no header");
	SAME_STR(shown(SPAN_LIT(": x\n")), ": x\n", "a colon alone");
	SAME_STR(shown(SPAN_LIT("A\xe9: x\n")), "A\xe9: x\n", "8-bit in a name");
	SAME_STR(shown(SPAN_LIT("A: a\rb\r\r\nB: 2\n")), "A=a\rb|B=2|", "a bare CR is text");
	SAME_STR(shown(SPAN_LIT("From a@b without newline")), "", "only an mbox line");
	SAME_INT(header_mbox_line(SPAN_LIT("From: a@b\n")), 0, "From: is no mbox line");
}

/* However a mail looks, fields and body are its bytes in their order. */
static void
test_order(void)
{
	static const char letters[] = "AB: \n\r\t\n:\0\xff";
	uint64_t seed = 14;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0, fields = 0;

	for (int i = 0; i < 300000; i++) {
		char room[16];
		struct span mail = {room, rng_below(&r, sizeof room)};
		struct header_reader reader;
		struct header_field f;
		const char *at = room;

		for (size_t k = 0; k < mail.n; k++)
			room[k] = letters[rng_below(&r, sizeof letters - 1)];
		reader = (struct header_reader){span_from(mail, header_mbox_line(mail))};
		while (header_next(&reader, &f)) {
			fields++;
			wrong += f.name.p != at || !f.name.n ||
				 f.body.p <= f.name.p + f.name.n - 1 || f.body.p[-1] != ':' ||
				 f.body.p + f.body.n > reader.rest.p;
			at = reader.rest.p;
		}
		wrong += header_end(mail) > mail.n || room + header_end(mail) < at;
	}
	OK(fields > 10000, "there were fields");
	SAME_INT(wrong, 0, "each field starts where the one before ended");
}

static void
test_comment(void)
{
	SAME_INT(header_comment(SPAN_LIT("(a)b")), 3, "a comment");
	SAME_INT(header_comment(SPAN_LIT("(a(b)c)d")), 7, "one in another");
	SAME_INT(header_comment(SPAN_LIT("(a\\)b)c")), 6, "a quoted parenthesis");
	SAME_INT(header_comment(SPAN_LIT("(a(b)")), 5, "no end");
	SAME_INT(header_comment(SPAN_LIT("(\\")), 2, "ends in a backslash");
}

int
main(void)
{
	arena = arena_new();
	test_fields();
	test_order();
	test_comment();
	arena_free(arena);
	return tap_end();
}
