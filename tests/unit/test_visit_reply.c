/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies of all kinds, whole and in all pieces, against a slow reading of the same rules. */
#include "mxinfer/scan/visit_reply.h"

#include <stdlib.h>

#include "base/rng.h"
#include "tests/tap.h"

enum { KEEP = 200 };

static void
same(const struct visit_reply *x, const struct visit_reply *y, const char *name)
{
	bool cut_x = false, cut_y = false;

	SAME_SPAN(visit_reply_text(x, &cut_x), visit_reply_text(y, &cut_y), name);
	OK(cut_x == cut_y && x->code == y->code && x->starttls == y->starttls &&
		x->lines_n == y->lines_n && x->octets == y->octets,
	    "and the rest");
}

/* In two pieces, at every place. */
static void
check_cuts(struct span text, const struct visit_reply *whole, enum visit_reply_st st, size_t rest)
{
	size_t wrong = 0;

	for (size_t cut = 0; cut <= text.n; cut++) {
		struct span first = {text.p, cut}, second = span_from(text, cut);
		struct visit_reply r;
		enum visit_reply_st got;
		bool a = false, b = false;

		visit_reply_init(&r, KEEP);
		got = visit_reply_take(&r, &first);
		if (got == REPLY_MORE)
			got = visit_reply_take(&r, &second);
		wrong += got != st || first.n + second.n != rest || r.code != whole->code ||
			 r.starttls != whole->starttls || r.octets != whole->octets ||
			 !span_eq(visit_reply_text(&r, &a), visit_reply_text(whole, &b)) || a != b;
		visit_reply_free(&r);
	}
	SAME_INT(wrong, 0, "in two pieces it is the same");
}

static void
check(struct span text, enum visit_reply_st st, unsigned code, struct span kept, size_t rest,
    bool starttls, const char *name)
{
	struct visit_reply r;
	struct span in = text;
	bool cut = false;

	visit_reply_init(&r, KEEP);
	SAME_INT(visit_reply_take(&r, &in), st, name);
	SAME_INT(r.code, code, "the code");
	SAME_SPAN(visit_reply_text(&r, &cut), kept, "the text");
	OK(!cut, "all of it");
	SAME_INT(in.n, rest, "what is left");
	OK(r.starttls == starttls, "STARTTLS");
	check_cuts(text, &r, st, rest);
	visit_reply_free(&r);
}

#define CHECK(text, st, code, kept, rest, starttls, name) \
	check(SPAN_LIT(text), st, code, SPAN_LIT(kept), rest, starttls, name)

static void
test_kinds(void)
{
	CHECK("220 hi\r\n", REPLY_DONE, 220, "220 hi", 0, false, "one line");
	CHECK("220 hi\n", REPLY_DONE, 220, "220 hi", 0, false, "bare LF");
	CHECK("220\r\n", REPLY_DONE, 220, "220", 0, false, "no text");
	CHECK("220 a\r\r\n", REPLY_DONE, 220, "220 a\r", 0, false, "one CR is of the line end");
	CHECK("220 a\rb\r\n", REPLY_DONE, 220, "220 a\rb", 0, false, "bare CR is text");
	CHECK("220 a\0b\r\n", REPLY_DONE, 220, "220 a\0b", 0, false, "NUL is text");
	CHECK("220 \xff\xfe\r\n", REPLY_DONE, 220, "220 \xff\xfe", 0, false, "not ASCII");
	CHECK("999 hi\r\n", REPLY_DONE, 999, "999 hi", 0, false, "any code");
	CHECK("000\r\n", REPLY_DONE, 0, "000", 0, false, "any at all");
	CHECK("220_hi\r\n", REPLY_DONE, 220, "220_hi", 0, false, "another separator");
	CHECK("220-a\r\n220 b\r\n250 c\r\n", REPLY_DONE, 220, "220-a\r\n220 b", 7, false,
	    "two lines and something behind them");
	CHECK("220-a\r\nb\r\n\r\n220 c\n", REPLY_DONE, 220, "220-a\r\nb\r\n\r\n220 c", 0, false,
	    "lines without a code within");
	CHECK("220-a\r\n554 b\r\n", REPLY_DONE, 554, "220-a\r\n554 b", 0, false,
	    "the last line's code counts");
	CHECK("220-a\r\n", REPLY_MORE, 220, "220-a", 0, false, "more is due");
	CHECK("220 a", REPLY_MORE, 0, "220 a", 0, false, "no line end");
	CHECK("220 a\r", REPLY_MORE, 0, "220 a\r", 0, false, "half a line end");
	CHECK("", REPLY_MORE, 0, "", 0, false, "nothing");
	CHECK("hi\r\n220 b\r\n", REPLY_NO_CODE, 0, "hi", 7, false, "no code");
	CHECK("\r\n", REPLY_NO_CODE, 0, "", 0, false, "an empty line");
	CHECK("22\r\n", REPLY_NO_CODE, 0, "22", 0, false, "two digits");
	CHECK("22\0 a\r\n", REPLY_NO_CODE, 0, "22\0 a", 0, false, "and a NUL");
}

static void
test_starttls(void)
{
	CHECK("250-a\r\n250 STARTTLS\r\n", REPLY_DONE, 250, "250-a\r\n250 STARTTLS", 0, true,
	    "the last");
	CHECK("250-a\r\n250-starttls \r\n250 b\r\n", REPLY_DONE, 250,
	    "250-a\r\n250-starttls \r\n250 b", 0, true, "of any case, and a blank");
	CHECK("250 STARTTLS\r\n", REPLY_DONE, 250, "250 STARTTLS", 0, false, "a host's name");
	CHECK("250-a\r\n250 STARTTLSX\r\n", REPLY_DONE, 250, "250-a\r\n250 STARTTLSX", 0, false,
	    "another word");
	CHECK("250-a\r\n250-X STARTTLS\r\n250 STARTTL\r\n", REPLY_DONE, 250,
	    "250-a\r\n250-X STARTTLS\r\n250 STARTTL", 0, false, "not in front, and not whole");
	CHECK("250-a\r\nSTARTTLS\r\n250 b\r\n", REPLY_DONE, 250, "250-a\r\nSTARTTLS\r\n250 b", 0,
	    false, "without a code");
}

/* 10,000 lines; one of them far behind what is kept says STARTTLS. */
static void
test_large(void)
{
	struct buf text;
	struct visit_reply r;
	struct span in;
	bool cut = false;

	buf_init(&text, 2 * VISIT_REPLY_MAX);
	for (int i = 0; i < 10000; i++)
		buf_puts(&text, i == 9000 ? "250-STARTTLS\r\n" : "250-X\r\n");
	buf_puts(&text, "250 done\r\n");
	in = buf_span(&text);
	visit_reply_init(&r, KEEP);
	SAME_INT(visit_reply_take(&r, &in), REPLY_DONE, "10,000 lines");
	SAME_INT(visit_reply_text(&r, &cut).n, KEEP, "so much is kept");
	OK(cut && r.starttls && r.lines_n == 10001 && r.kept.room <= 4 * KEEP, "and the rest seen");
	visit_reply_free(&r);

	buf_clear(&text);
	while (text.n < VISIT_REPLY_MAX + 10)
		buf_puts(&text, "220-x\r\n");
	in = buf_span(&text);
	visit_reply_init(&r, KEEP);
	SAME_INT(visit_reply_take(&r, &in), REPLY_ENDLESS, "without an end");
	SAME_INT(r.octets, VISIT_REPLY_MAX, "no further than that");
	visit_reply_free(&r);

	for (size_t n = KEEP - 1; n <= KEEP + 3; n++) {
		buf_clear(&text);
		buf_puts(&text, "220 ");
		while (text.n < n)
			buf_putc(&text, 'x');
		buf_puts(&text, "\r\n");
		in = buf_span(&text);
		visit_reply_init(&r, KEEP);
		cut = false;
		OK(visit_reply_take(&r, &in) == REPLY_DONE &&
			visit_reply_text(&r, &cut).n == (n < KEEP ? n : KEEP) && cut == (n > KEEP),
		    "just so long");
		visit_reply_free(&r);
	}
	buf_free(&text);
}

/* The same rules, slowly: the reply's length, or 0; its code. */
static size_t
slow_length(struct span text, unsigned *code, bool *none)
{
	bool first = true;

	*code = 0;
	*none = false;
	for (size_t at = 0; at < text.n; first = false) {
		size_t end = at;

		while (end < text.n && text.p[end] != '\n')
			end++;
		if (end == text.n)
			return 0;
		if (end - at >= 3 && strchr("0123456789", text.p[at]) && text.p[at] &&
		    strchr("0123456789", text.p[at + 1]) && text.p[at + 1] &&
		    strchr("0123456789", text.p[at + 2]) && text.p[at + 2]) {
			char digits[4] = {text.p[at], text.p[at + 1], text.p[at + 2], '\0'};

			*code = (unsigned)strtoul(digits, NULL, 10);
			if (text.p[at + 3] != '-')
				return end + 1;
		} else if (first) {
			*none = true;
			return end + 1;
		}
		at = end + 1;
	}
	return 0;
}

static void
test_random(void)
{
	static const char alphabet[] = "225-- \r\n\n\nS\0x";
	uint64_t seed = 3;
	struct rng rng = rng_seeded(&seed);
	int wrong = 0, whole = 0;

	for (int round = 0; round < 20000; round++) {
		char octets[40];
		struct span text = {octets, rng_below(&rng, sizeof octets)}, rest = text, piece;
		struct visit_reply r;
		enum visit_reply_st st = REPLY_MORE;
		unsigned code;
		bool none, cut = false;
		size_t n;

		for (size_t i = 0; i < text.n; i++)
			octets[i] = i < 3 && round % 2
					? '2'
					: alphabet[rng_below(&rng, sizeof alphabet - 1)];
		n = slow_length(text, &code, &none);
		visit_reply_init(&r, KEEP);
		while (rest.n && st == REPLY_MORE) {
			piece = (struct span){rest.p, 1 + rng_below(&rng, rest.n)};
			rest = span_from(rest, piece.n);
			st = visit_reply_take(&r, &piece);
		}
		wrong += st != (!n ? REPLY_MORE : none ? REPLY_NO_CODE : REPLY_DONE);
		wrong += n && r.octets != n;
		wrong += st == REPLY_DONE && r.code != code;
		wrong += visit_reply_text(&r, &cut).n > r.octets || cut;
		whole += st == REPLY_DONE;
		visit_reply_free(&r);
	}
	SAME_INT(wrong, 0, "random octets in random pieces");
	OK(whole > 3000, "many of them whole replies");
}

int
main(void)
{
	struct visit_reply x, y;

	test_kinds();
	test_starttls();
	test_large();
	test_random();
	visit_reply_init(&x, KEEP);
	visit_reply_init(&y, KEEP);
	same(&x, &y, "nothing is nothing");
	OK(visit_reply_text(&x, &(bool){false}).p == NULL, "with no octets at all");
	return tap_end();
}
