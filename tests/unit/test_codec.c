/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <limits.h>

#include "base/codec.h"

enum fruit { APPLE, PEAR, FRUITS };

struct thing {
	int64_t number;
	uint64_t natural;
	int small;
	unsigned count;
	bool yes, no;
	struct span text, empty, none;
	enum fruit fruit;
};

static void
code_thing(struct codec *c, struct thing *t)
{
	code_i64(c, &t->number);
	code_u64(c, &t->natural);
	code_int(c, &t->small);
	code_uint(c, &t->count);
	code_bool(c, &t->yes);
	code_bool(c, &t->no);
	code_span(c, &t->text);
	code_span(c, &t->empty);
	code_span(c, &t->none);
	CODE_ENUM(c, &t->fruit, FRUITS - 1);
}

static void
there_and_back(void)
{
	struct thing a = {INT64_MIN, UINT64_MAX, INT_MIN, UINT_MAX, true, false, SPAN_LIT("a\0b"),
	    SPAN_LIT(""), {NULL, 0}, PEAR};
	struct arena *arena = arena_new();
	struct thing b = {0};
	struct codec c = {0};
	size_t taken = 0;
	struct buf out;

	buf_init(&out, 1000);
	c.out = &out;
	code_thing(&c, &a);
	c = (struct codec){.in = cursor_on(buf_span(&out)), .arena = arena};
	code_thing(&c, &b);
	OK(cur_done(&c.in), "all that was written is read");
	OK(b.number == a.number && b.natural == a.natural && b.small == a.small &&
		b.count == a.count && b.yes && !b.no && b.fruit == PEAR,
	    "numbers, truths and enums come back, extreme ones too");
	SAME_SPAN(b.text, a.text, "a span comes back, with its NUL");
	OK(b.empty.p && !b.empty.n && !b.none.p, "an empty span is not the same as none");
	for (size_t n = 0; n < out.n; n++) {
		c = (struct codec){.in = cursor_on((struct span){out.p, n}), .arena = arena};
		code_thing(&c, &b);
		taken += !c.in.failed;
	}
	SAME_INT(taken, 0, "what is cut short fails, wherever it is cut");
	buf_free(&out);
	arena_free(arena);
}

static bool
reads(struct span octets, void (*read)(struct codec *))
{
	struct arena *arena = arena_new();
	struct codec c = {.in = cursor_on(octets), .arena = arena};

	read(&c);
	arena_free(arena);
	return !c.in.failed;
}

static void
read_small(struct codec *c)
{
	int n;

	code_int(c, &n);
}

static void
read_bool(struct codec *c)
{
	bool b;

	code_bool(c, &b);
}

static void
read_fruit(struct codec *c)
{
	enum fruit f = APPLE;

	CODE_ENUM(c, &f, FRUITS - 1);
	OK(f == APPLE, "an enum that does not exist is not stored");
}

static void
read_span(struct codec *c)
{
	struct span s;

	code_span(c, &s);
}

static void
read_count(struct codec *c)
{
	size_t n;

	code_count(c, &n, 10);
	OK(n == 0 || n <= 10, "a count is within its bound, or 0");
}

int
main(void)
{
	there_and_back();
	OK(!reads(SPAN_LIT("\0\0\0\0\1\0\0\0"), read_small), "no int is beyond an int");
	OK(!reads(SPAN_LIT("\2"), read_bool), "a truth is 0 or 1");
	OK(!reads(SPAN_LIT("\2\0\0\0\0\0\0\0"), read_fruit), "an enum has its last value");
	OK(!reads(SPAN_LIT("\1\377\377\377\377\377\377\377\377abc"), read_span),
	    "a span is not longer than what there is");
	OK(!reads(SPAN_LIT("\13\0\0\0\0\0\0\0abcdefghijklm"), read_count),
	    "a count over the bound");
	OK(!reads(SPAN_LIT("\5\0\0\0\0\0\0\0abcd"), read_count), "more elements than octets");
	OK(reads(SPAN_LIT("\4\0\0\0\0\0\0\0abcd"), read_count), "a count that can be");
	return tap_end();
}
