/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/member.h"

#include <stdlib.h>

enum {
	DIGITS_MAX = 18, /* of an integer */
	NUMBER_MAX = 64  /* octets of a number that is a time */
};

enum record_read
member_read(
    struct value_tree *tree, struct span text, const char *schema, const struct value_node **record)
{
	const struct value_node *value = value_tree_read(tree, text);

	*record = NULL;
	if (!value)
		return RECORD_READ_NOT_JSON;
	if (value->kind != VALUE_OBJECT)
		return RECORD_READ_NOT_OBJECT;
	if (!span_eq(member_text(value, "schema"), span_str(schema)))
		return RECORD_READ_SCHEMA;
	*record = value;
	return RECORD_READ_OK;
}

const struct value_node *
member_get(const struct value_node *object, const char *key)
{
	return value_node_member(object, span_str(key));
}

struct span
node_text(const struct value_node *node)
{
	return node && node->kind == VALUE_STRING ? node->text : (struct span){NULL, 0};
}

bool
node_is_true(const struct value_node *node)
{
	return node && node->kind == VALUE_WORD && span_eq(node->text, SPAN_LIT("true"));
}

bool
node_is_bool(const struct value_node *node)
{
	return node_is_true(node) ||
	       (node && node->kind == VALUE_WORD && span_eq(node->text, SPAN_LIT("false")));
}

bool
node_int(const struct value_node *node, int64_t *value)
{
	struct span digits = node ? node->text : (struct span){NULL, 0};
	bool minus = span_starts(digits, SPAN_LIT("-"));
	uint64_t sum = 0;

	*value = 0;
	if (!node || node->kind != VALUE_NUMBER)
		return false;
	digits = span_from(digits, minus);
	if (digits.n > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (!is_digit(digits.p[i]))
			return false;
		sum = sum * 10 + (uint64_t)(digits.p[i] - '0');
	}
	*value = minus ? -(int64_t)sum : (int64_t)sum;
	return true;
}

const struct value_node *
node_element(const struct value_node *array)
{
	return array && array->kind == VALUE_ARRAY ? value_node_first(array) : NULL;
}

struct span
member_text(const struct value_node *object, const char *key)
{
	return node_text(member_get(object, key));
}

struct span
text_clip(struct span s, size_t max)
{
	if (s.n <= max)
		return s;
	/* Back to where a sequence of UTF-8 begins. */
	while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return (struct span){s.p, max};
}

struct span
member_clip(const struct value_node *object, const char *key, size_t max)
{
	return text_clip(member_text(object, key), max);
}

int64_t
member_int(const struct value_node *object, const char *key, int64_t otherwise)
{
	int64_t value;

	return node_int(member_get(object, key), &value) ? value : otherwise;
}

bool
member_true(const struct value_node *object, const char *key)
{
	return node_is_true(member_get(object, key));
}

bool
member_time(const struct value_node *object, const char *key, int64_t *us)
{
	const struct value_node *value = member_get(object, key);
	char text[NUMBER_MAX + 1];
	double seconds;

	*us = 0;
	if (!value || value->kind != VALUE_NUMBER || value->text.n > NUMBER_MAX)
		return false;
	memcpy(text, value->text.p, value->text.n);
	text[value->text.n] = '\0';
	seconds = strtod(text, NULL);
	/* Up to the year 9999; a double then still tells microseconds. */
	if (!(seconds >= 0) || seconds > 253402300799.0)
		return false;
	*us = (int64_t)(seconds * 1e6 + 0.5);
	return true;
}

bool
member_id(const struct value_node *object, const char *key, unsigned char id[MEMBER_ID_LEN])
{
	struct span s = member_text(object, key);

	if (s.n != 2 * MEMBER_ID_LEN)
		return false;
	for (size_t i = 0; i < MEMBER_ID_LEN; i++) {
		int high = hex_value(s.p[2 * i]), low = hex_value(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		id[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

void
member_id_text(struct span id, char text[2 * MEMBER_ID_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t n = id.n < MEMBER_ID_LEN ? id.n : MEMBER_ID_LEN;

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[(unsigned char)id.p[i] >> 4];
		text[2 * i + 1] = digits[id.p[i] & 15];
	}
	text[2 * n] = '\0';
}
