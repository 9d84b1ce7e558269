/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/as_list.h"

#include "tests/tap.h"

static const struct {
	struct span text;
	bool good;
	size_t n;
	uint32_t as[3];
} rows[] = {
    {SPAN_LIT("8075"), true, 1, {8075}},
    {SPAN_LIT("AS8075"), true, 1, {8075}},
    {SPAN_LIT("as8075"), true, 1, {8075}},
    {SPAN_LIT(" 8075 "), true, 1, {8075}},
    {SPAN_LIT("8075.0"), true, 1, {8075}},
    {SPAN_LIT("4294967295"), true, 1, {4294967295u}},
    {SPAN_LIT("1_2"), true, 2, {1, 2}},
    {SPAN_LIT("1,2"), true, 2, {1, 2}},
    {SPAN_LIT("1, 2"), true, 2, {1, 2}},
    {SPAN_LIT("1 2"), true, 2, {1, 2}},
    {SPAN_LIT("1_2,3"), true, 3, {1, 2, 3}},
    {SPAN_LIT("{1,2}"), true, 2, {1, 2}},
    {SPAN_LIT("{1, 2}"), true, 2, {1, 2}},
    {SPAN_LIT("[1,2]"), true, 2, {1, 2}},
    {SPAN_LIT("(1,)"), true, 1, {1}},
    {SPAN_LIT("{AS1,AS2}"), true, 2, {1, 2}},
    {SPAN_LIT("{}"), true, 0, {0}},
    {SPAN_LIT(""), true, 0, {0}},
    {SPAN_LIT("None"), true, 0, {0}},
    {SPAN_LIT("null"), true, 0, {0}},
    {SPAN_LIT("\\N"), true, 0, {0}},
    {SPAN_LIT("set()"), true, 0, {0}},
    {SPAN_LIT(" set() "), true, 0, {0}},
    {SPAN_LIT("[]"), true, 0, {0}},
    {SPAN_LIT("0"), true, 0, {0}},
    {SPAN_LIT("0,5"), true, 1, {5}},
    {SPAN_LIT("4294967296"), false, 0, {0}},
    {SPAN_LIT("99999999999999999999"), false, 0, {0}},
    {SPAN_LIT("-1"), false, 0, {0}},
    {SPAN_LIT("8075.5"), false, 0, {0}},
    {SPAN_LIT("8075x"), false, 0, {0}},
    {SPAN_LIT("MICROSOFT"), false, 0, {0}},
    {SPAN_LIT("AS"), false, 0, {0}},
    {SPAN_LIT("nan"), false, 0, {0}},
    {SPAN_LIT("\\n"), false, 0, {0}},
    {SPAN_LIT("set(1)"), false, 0, {0}},
    {SPAN_LIT("1,x"), false, 0, {0}},
    {SPAN_LIT("{1,2"), false, 0, {0}},
    {SPAN_LIT("1}"), false, 0, {0}},
    {SPAN_LIT("ASAS1"), false, 0, {0}},
};

static void
test_many(void)
{
	uint32_t as[AS_MAX];
	struct buf text;
	size_t n;

	buf_init(&text, 1 << 20);
	for (int i = 1; i <= 5000; i++)
		buf_printf(&text, "%d,", i);
	OK(as_list_read(buf_span(&text), as, &n), "5,000 of them");
	SAME_INT(n, AS_MAX, "so many are kept");
	SAME_INT(as[AS_MAX - 1], AS_MAX, "the first ones");
	buf_free(&text);
}

static void
test_numbers(void)
{
	uint64_t n;

	OK(as_list_number(SPAN_LIT("0"), 10, &n) && n == 0, "0");
	OK(as_list_number(SPAN_LIT(" 10 "), 10, &n) && n == 10, "blanks around it");
	OK(as_list_number(SPAN_LIT("10.0"), 10, &n) && n == 10, "as pandas has it");
	OK(!as_list_number(SPAN_LIT("11"), 10, &n), "too large");
	OK(!as_list_number(SPAN_LIT(""), 10, &n), "nothing");
	OK(!as_list_number(SPAN_LIT("ten"), 10, &n), "a word");
	OK(!as_list_number(SPAN_LIT("1."), 10, &n), "a point alone");
	OK(!as_list_number(SPAN_LIT("1.0.0"), 10, &n), "two points");
	OK(!as_list_number(SPAN_LIT("+1"), 10, &n), "a sign");
	OK(!as_list_number(SPAN_LIT("1 0"), 10, &n), "a blank within");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint32_t as[AS_MAX];
		size_t n;
		bool good = as_list_read(rows[i].text, as, &n) == rows[i].good && n == rows[i].n;

		for (size_t k = 0; good && k < n; k++)
			good = as[k] == rows[i].as[k];
		OK(good, rows[i].text.p);
	}
	test_many();
	test_numbers();
	return tap_end();
}
