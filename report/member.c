/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/member.h"

struct span
member_text(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return (struct span){NULL, 0};
	return (struct span){json_string_value(value), json_string_length(value)};
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
member_clip(const json_t *object, const char *key, size_t max)
{
	return text_clip(member_text(object, key), max);
}

int64_t
member_int(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool
member_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

bool
member_time(const json_t *object, const char *key, int64_t *us)
{
	const json_t *value = json_object_get(object, key);
	double seconds = json_number_value(value);

	*us = 0;
	/* Up to the year 9999; a double then still tells microseconds. */
	if (!json_is_number(value) || !(seconds >= 0) || seconds > 253402300799.0)
		return false;
	*us = (int64_t)(seconds * 1e6 + 0.5);
	return true;
}

static int
hex_digit(char c)
{
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
member_id(const json_t *object, const char *key, unsigned char id[MEMBER_ID_LEN])
{
	struct span s = member_text(object, key);

	if (s.n != 2 * MEMBER_ID_LEN)
		return false;
	for (size_t i = 0; i < MEMBER_ID_LEN; i++) {
		int high = hex_digit(s.p[2 * i]), low = hex_digit(s.p[2 * i + 1]);

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
