/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tree takes for JSON and what it makes of it, held against jansson: written cases, and
 * thousands of texts with a few octets changed. */
#include "base/value_tree.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "tests/tap.h"

static struct value_tree tree;

static bool
same(const struct value_node *node, const json_t *value)
{
	switch (node->kind) {
	case VALUE_STRING:
		return json_is_string(value) &&
		       span_eq(node->text,
			   (struct span){json_string_value(value), json_string_length(value)});
	case VALUE_NUMBER: {
		char number[400] = "";

		memcpy(number, node->text.p, node->text.n < 399 ? node->text.n : 399);
		return json_is_number(value) && strtod(number, NULL) == json_number_value(value);
	}
	case VALUE_WORD:
		return (json_is_true(value) && span_eq(node->text, SPAN_LIT("true"))) ||
		       (json_is_false(value) && span_eq(node->text, SPAN_LIT("false"))) ||
		       (json_is_null(value) && span_eq(node->text, SPAN_LIT("null")));
	case VALUE_OBJECT: {
		size_t n = 0;

		for (const struct value_node *at = value_node_first(node); at;
		     at = value_node_next(node, at), n++) {
			const json_t *member = json_object_getn(value, at->key.p, at->key.n);

			if (!member || !same(at, member) || value_node_member(node, at->key) != at)
				return false;
		}
		return json_is_object(value) && n == json_object_size(value);
	}
	case VALUE_ARRAY: {
		size_t n = 0;

		for (const struct value_node *at = value_node_first(node); at;
		     at = value_node_next(node, at), n++)
			if (!same(at, json_array_get(value, n)))
				return false;
		return json_is_array(value) && n == json_array_size(value);
	}
	case VALUE_END: break;
	}
	return false;
}

/* Do both refuse the text, or both take it for the same? */
static bool
agree(struct span text)
{
	json_error_t error;
	json_t *value = json_loadb(text.n ? text.p : "", text.n,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
	const struct value_node *node = value_tree_read(&tree, text);
	enum json_error_code code = value ? json_error_unknown : json_error_code(&error);
	bool good = value ? node && same(node, value) : !node;

	/* What is no fault of the text. */
	good |=
	    !value && (code == json_error_numeric_overflow || code == json_error_null_byte_in_key);
	json_decref(value);
	return good;
}

static void
test_rows(void)
{
	static const struct {
		struct span text;
		bool good;
	} rows[] = {
	    {SPAN_LIT("{}"), true},
	    {SPAN_LIT(" {\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\n\"],\"b\":{}} \r\n\t"), true},
	    {SPAN_LIT("\"\""), true},
	    {SPAN_LIT("\"\\ud83d\\ude00 \xf0\x9f\x98\x80\""), true},
	    {SPAN_LIT("\"a\\u0000b\""), true},
	    {SPAN_LIT("\"\x7f\""), true},
	    {SPAN_LIT("-0"), true},
	    {SPAN_LIT(""), false},
	    {SPAN_LIT("{\"a\":1,\"a\":2}"), false},
	    {SPAN_LIT("[{\"b\":{\"a\":1,\"\\u0061\":2}}]"), false},
	    {SPAN_LIT("\"\x1f\""), false},
	    {SPAN_LIT("\"1234567\x01 89\""), false},
	    {SPAN_LIT("\"a\nb\""), false},
	    {SPAN_LIT("\"\xff\""), false},
	    {SPAN_LIT("\"12345678\xc3\""), false},
	    {SPAN_LIT("\"\xed\xa0\x80\""), false},
	    {SPAN_LIT("\"\xc0\x80\""), false},
	    {SPAN_LIT("\"\\ud83d\""), false},
	    {SPAN_LIT("\"\\ude00\""), false},
	    {SPAN_LIT("\"\\ud83d\\ud83d\\ude00\""), false},
	    {SPAN_LIT("\"\\x41\""), false},
	    {SPAN_LIT("[\"\\x41\"]"), false},
	    {SPAN_LIT("01"), false},
	    {SPAN_LIT("-01"), false},
	    {SPAN_LIT("[00]"), false},
	    {SPAN_LIT("1."), false},
	    {SPAN_LIT(".5"), false},
	    {SPAN_LIT("+1"), false},
	    {SPAN_LIT("-"), false},
	    {SPAN_LIT("1e"), false},
	    {SPAN_LIT("NaN"), false},
	    {SPAN_LIT("-Infinity"), false},
	    {SPAN_LIT("True"), false},
	    {SPAN_LIT("truer"), false},
	    {SPAN_LIT("'a'"), false},
	    {SPAN_LIT("[1,]"), false},
	    {SPAN_LIT("{\"a\":1,}"), false},
	    {SPAN_LIT("{} {}"), false},
	    {SPAN_LIT("{}\0"), false},
	    {SPAN_LIT("\xef\xbb\xbf{}"), false},
	};
	char name[64];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(name, sizeof name, "row %zu: %s", i, rows[i].good ? "JSON" : "no JSON");
		OK((value_tree_read(&tree, rows[i].text) != NULL) == rows[i].good, name);
		OK(agree(rows[i].text), "and jansson says so, too");
	}
}

static void
test_changed(void)
{
	static const char sample[] =
	    "{\"schema\":\"mail/1\",\"id\":\"1:ab:2\",\"arrived\":1790000000.25,\"size\":7000,"
	    "\"client\":{\"address\":\"2001:db8::1\",\"hostname\":\"\\u00e4\\ud83d\\ude00\"},"
	    "\"rcpts\":[[\"a@b\",250],[\"c\xc3\xa9@d\",-1]],\"none\":null,\"yes\":true,\"no\":"
	    "false}";
	static const char octets[] = "{}[]\",:\\u0123456789eE+-.tfnaD8 \n\x01\x80\xc3\xff";
	uint64_t seed = 9;
	struct rng rng = rng_seeded(&seed);
	size_t different = 0, taken = 0;

	for (int i = 0; i < 100000; i++) {
		char text[sizeof sample];
		size_t n = sizeof sample - 1, changes = 1 + rng_below(&rng, 3);

		memcpy(text, sample, sizeof sample);
		for (size_t k = 0; k < changes; k++)
			text[rng_below(&rng, n)] = octets[rng_below(&rng, sizeof octets - 1)];
		if (rng_below(&rng, 8) == 0)
			n = rng_below(&rng, n);
		different += !agree((struct span){text, n});
		taken += value_tree_read(&tree, (struct span){text, n}) != NULL;
	}
	SAME_INT(different, 0, "100,000 texts: jansson takes the same ones, for the same");
	OK(taken > 1000 && taken < 90000, "some of them are JSON, and some are not");
}

static void
test_many(void)
{
	const struct value_node *node;
	struct buf text;

	buf_init(&text, 1 << 26);
	buf_putc(&text, '{');
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "%s\"key%05d\":%d", i ? "," : "", i, i);
	buf_puts(&text, "}");
	node = value_tree_read(&tree, buf_span(&text));
	OK(node && node->n == 5001, "an object of many members");
	OK(span_eq(value_node_member(node, SPAN_LIT("key04999"))->text, SPAN_LIT("4999")),
	    "its last one");
	OK(!value_node_member(node, SPAN_LIT("key05000")), "none behind it");
	text.n--;
	buf_puts(&text, ",\"key00007\":1}");
	OK(!value_tree_read(&tree, buf_span(&text)), "a name that stands twice among many");
	buf_clear(&text);
	for (int i = 0; i < 100; i++)
		buf_putc(&text, '[');
	for (int i = 0; i < 100; i++)
		buf_putc(&text, ']');
	OK(!value_tree_read(&tree, buf_span(&text)), "nested too deeply");
	OK(!value_tree_read(&tree, (struct span){text.p + 35, 130}) &&
		value_tree_read(&tree, (struct span){text.p + 36, 128}),
	    "65 deep, and 64");
	buf_clear(&text);
	buf_putc(&text, '[');
	for (int i = 0; i <= VALUE_NODES_MAX; i++)
		buf_puts(&text, i ? ",1" : "1");
	buf_putc(&text, ']');
	OK(!value_tree_read(&tree, buf_span(&text)), "more values than may be");
	OK(value_tree_read(&tree, SPAN_LIT("[1]")) && tree.room < 1000,
	    "whose memory is given back");
	buf_free(&text);
}

int
main(void)
{
	value_tree_init(&tree);
	test_rows();
	test_changed();
	test_many();
	value_tree_free(&tree);
	return tap_end();
}
