/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>

#include "base/rng.h"
#include "mail/taglist.h"

static struct buf out;

/* Tags as "name=value|" or "name|". */
static const char *
shown(struct span rest)
{
	struct tag tag;

	buf_clear(&out);
	while (taglist_next(&rest, &tag)) {
		buf_put(&out, tag.name);
		if (tag.value.p) {
			buf_putc(&out, '=');
			buf_put(&out, tag.value);
		}
		buf_putc(&out, '|');
	}
	return buf_str(&out);
}

static void
test_lists(void)
{
	SAME_STR(shown(SPAN_LIT("v=1; a=rsa-sha256;\r\n\td = x.example ;b=")),
	    "v=1|a=rsa-sha256|d=x.example|b=|", "tags");
	SAME_STR(shown(SPAN_LIT("bh=ab==;b=a=b")), "bh=ab==|b=a=b|", "a value may hold =");
	SAME_STR(shown(SPAN_LIT("b=a b\n c")), "b=a b\n c|", "blanks inside a value stay");
	SAME_STR(shown(SPAN_LIT(" ; ;;a=1; ;")), "a=1|", "empty pieces are none");
	SAME_STR(shown(SPAN_LIT("a;b=1")), "a|b=1|", "no =");
	SAME_STR(shown(SPAN_LIT("=1")), "=1|", "no name");
	SAME_STR(shown((struct span){NULL, 0}), "", "nothing");
}

static void
test_find(void)
{
	struct span list = SPAN_LIT("d; s=one; S=two; s=three; e=");

	SAME_SPAN(taglist_find(list, SPAN_LIT("s")), SPAN_LIT("one"), "the first one counts");
	SAME_SPAN(taglist_find(list, SPAN_LIT("S")), SPAN_LIT("two"), "case matters");
	OK(taglist_find(list, SPAN_LIT("e")).p && !taglist_find(list, SPAN_LIT("e")).n,
	    "an empty value");
	OK(!taglist_find(list, SPAN_LIT("d")).p && !taglist_find(list, SPAN_LIT("x")).p, "none");
}

/* Names and values lie in the text, in order, and what lies between them is blanks, one = and one
 * or more ;. */
static void
test_order(void)
{
	static const char letters[] = "ab=; \n;=\xff";
	uint64_t seed = 16;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0;

	for (int i = 0; i < 200000; i++) {
		char room[12];
		struct span text = {room, rng_below(&r, sizeof room)}, rest = text;
		const char *at = room;
		struct tag tag;

		for (size_t k = 0; k < text.n; k++)
			room[k] = letters[rng_below(&r, sizeof letters - 1)];
		while (taglist_next(&rest, &tag)) {
			struct span last = tag.value.p ? tag.value : tag.name;

			wrong += tag.name.p < at || last.p < tag.name.p ||
				 last.p + last.n > room + text.n;
			wrong += memchr(tag.name.p, '=', tag.name.n) || memchr(last.p, ';', last.n);
			for (; at < tag.name.p; at++)
				wrong += !strchr("; \n", *at);
			at = last.p + last.n;
		}
		for (; at < room + text.n; at++)
			wrong += !strchr("; \n", *at);
	}
	SAME_INT(wrong, 0, "nothing but blanks and semicolons is left out");
}

int
main(void)
{
	buf_init(&out, 1000);
	test_lists();
	test_find();
	test_order();
	buf_free(&out);
	return tap_end();
}
