/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smtp/smtp_reply.h"

#include <stdlib.h>

#include "tests/tap.h"

/* Feeds lines separated by '\n'; what the last one that was taken gave. */
static enum smtp_reply_st
feed(struct smtp_reply *r, struct arena *a, struct span lines)
{
	enum smtp_reply_st st = SMTP_REPLY_MORE;

	smtp_reply_init(r, a);
	while (lines.p && st == SMTP_REPLY_MORE)
		st = smtp_reply_line(r, span_cut(&lines, '\n'));
	return st;
}

static void
test_forms(void)
{
	static const struct {
		struct span lines;
		enum smtp_reply_st st;
		int code;
		size_t lines_n;
	} rows[] = {
	    {SPAN_LIT("220 mail.example.com ESMTP"), SMTP_REPLY_DONE, 220, 1},
	    {SPAN_LIT("250"), SMTP_REPLY_DONE, 250, 1},
	    {SPAN_LIT("250 "), SMTP_REPLY_DONE, 250, 1},
	    {SPAN_LIT("250-a\n250-b\n250 c"), SMTP_REPLY_DONE, 250, 3},
	    {SPAN_LIT("250-a\n250"), SMTP_REPLY_DONE, 250, 2},
	    {SPAN_LIT("250-\n250-"), SMTP_REPLY_MORE, 250, 2},
	    {SPAN_LIT("599 odd"), SMTP_REPLY_BAD_CODE, 0, 1},
	    {SPAN_LIT("559 in the grammar"), SMTP_REPLY_DONE, 559, 1},
	    {SPAN_LIT("199 x"), SMTP_REPLY_BAD_CODE, 0, 1},
	    {SPAN_LIT("600 x"), SMTP_REPLY_BAD_CODE, 0, 1},
	    {SPAN_LIT("260 x"), SMTP_REPLY_BAD_CODE, 0, 1},
	    {SPAN_LIT("25a x"), SMTP_REPLY_BAD_CODE, 0, 1},
	    {SPAN_LIT("25"), SMTP_REPLY_BAD_CODE, 0, 1},
	    {SPAN_LIT(""), SMTP_REPLY_BAD_CODE, 0, 1},
	    {SPAN_LIT(" 250 x"), SMTP_REPLY_BAD_CODE, 0, 1},
	    {SPAN_LIT("2500 x"), SMTP_REPLY_BAD_SEP, 250, 1},
	    {SPAN_LIT("250\tx"), SMTP_REPLY_BAD_SEP, 250, 1},
	    {SPAN_LIT("250\0x"), SMTP_REPLY_BAD_SEP, 250, 1},
	    {SPAN_LIT("250-a\n251 b"), SMTP_REPLY_MIXED, 250, 2},
	    {SPAN_LIT("250-a\nb"), SMTP_REPLY_BAD_CODE, 250, 2},
	    {SPAN_LIT("250-a\n250+b"), SMTP_REPLY_BAD_SEP, 250, 2},
	    {SPAN_LIT("250 \xff\0\x1b"), SMTP_REPLY_DONE, 250, 1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *a = arena_new();
		struct smtp_reply r;
		enum smtp_reply_st st = feed(&r, a, rows[i].lines);
		const char *name = arena_dup(a, rows[i].lines);

		if (!OK(st == rows[i].st && r.code == rows[i].code &&
			    r.lines_n == rows[i].lines_n && smtp_reply_st_name(st)[0],
			arena_printf(a, "row %zu: %.*s", i, (int)strcspn(name, "\n"), name)))
			printf(
			    "# got %s, %d, %zu lines\n", smtp_reply_st_name(st), r.code, r.lines_n);
		arena_free(a);
	}
}

static void
test_bytes(void)
{
	struct arena *a = arena_new();
	struct smtp_reply r;

	feed(&r, a, SPAN_LIT("250-\xff\0 a\r\n250 \tb "));
	SAME_SPAN(r.lines[0], SPAN_LIT("250-\xff\0 a\r"), "a line is kept octet for octet");
	SAME_SPAN(r.lines[1], SPAN_LIT("250 \tb "), "and the last one");
	SAME_INT(r.octets, 9 + 7, "its octets are counted");
	arena_free(a);
}

static void
test_limits(void)
{
	struct arena *a = arena_new();
	char line[SMTP_LINE_MAX + 1];
	struct smtp_reply r;
	enum smtp_reply_st st = SMTP_REPLY_MORE;
	size_t n;

	memset(line, 'x', sizeof line);
	memcpy(line, "250-", 4);
	smtp_reply_init(&r, a);
	SAME_INT(smtp_reply_line(&r, (struct span){line, SMTP_LINE_MAX}), SMTP_REPLY_MORE,
	    "the longest line");
	SAME_INT(smtp_reply_line(&r, (struct span){line, SMTP_LINE_MAX + 1}), SMTP_REPLY_TOO_BIG,
	    "one octet more");
	SAME_INT(r.lines_n, 1, "is not kept");
	for (n = 1; st == SMTP_REPLY_MORE && n < 1000; n++)
		st = smtp_reply_line(&r, (struct span){line, SMTP_LINE_MAX});
	SAME_INT(st, SMTP_REPLY_TOO_BIG, "octets are bounded");
	OK(r.octets <= SMTP_REPLY_OCTETS_MAX, "whatever lines there were");
	smtp_reply_init(&r, a);
	for (n = 0; smtp_reply_line(&r, SPAN_LIT("250-")) == SMTP_REPLY_MORE; n++)
		continue;
	SAME_INT(n, SMTP_REPLY_LINES_MAX, "lines are bounded");
	OK(arena_used(a) < 400000, "and so is memory");
	arena_free(a);
}

int
main(void)
{
	test_forms();
	test_bytes();
	test_limits();
	return tap_end();
}
