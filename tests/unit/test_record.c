/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/settings.h"
#include "io/record.h"

static struct buf text;

/* The text of an object whose reference is taken. */
static const char *
text_of(json_t *object)
{
	buf_clear(&text);
	record_put(&text, object);
	json_decref(object);
	return buf_str(&text);
}

struct facts {
	const char *name, *no_name;
	struct span bytes, bad_bytes, no_bytes;
	int64_t count, port, no_port, time_us;
	bool yes;
	json_t *list, *nothing;
};

static void
test_table(void)
{
	static const struct record_field rows[] = {
	    {"name", RECORD_TEXT, offsetof(struct facts, name)},
	    {"no_name", RECORD_TEXT, offsetof(struct facts, no_name)},
	    {"bytes", RECORD_BYTES, offsetof(struct facts, bytes)},
	    {"bad", RECORD_BYTES, offsetof(struct facts, bad_bytes)},
	    {"no_bytes", RECORD_BYTES, offsetof(struct facts, no_bytes)},
	    {"count", RECORD_INT, offsetof(struct facts, count)},
	    {"port", RECORD_NUMBER, offsetof(struct facts, port)},
	    {"no_port", RECORD_NUMBER, offsetof(struct facts, no_port)},
	    {"time", RECORD_TIME, offsetof(struct facts, time_us)},
	    {"yes", RECORD_BOOL, offsetof(struct facts, yes)},
	    {"list", RECORD_JSON, offsetof(struct facts, list)},
	    {"nothing", RECORD_JSON, offsetof(struct facts, nothing)},
	};
	struct facts facts = {.name = "n",
	    .bytes = SPAN_LIT("a\0\xc3\xa9\"\n"),
	    .bad_bytes = SPAN_LIT("\xff"
				  "a"),
	    .port = 25,
	    .time_us = 1795342390582371,
	    .yes = true,
	    .list = json_array()};
	json_t *object = record_new("test/1", "emt-test");

	record_append(facts.list, json_integer(-1));
	record_add(object, (struct record_table){rows, sizeof rows / sizeof *rows}, &facts);
	SAME_STR(text_of(object),
	    "{\"schema\":\"test/1\",\"tool\":\"emt-test " EMT_VERSION
	    "\",\"name\":\"n\",\"no_name\":null,"
	    "\"bytes\":\"a\\u0000\xc3\xa9\\\"\\n\",\"bad\":\"\xef\xbf\xbd"
	    "a\",\"bad_b64\":\"/2E=\","
	    "\"no_bytes\":null,\"count\":0,\"port\":25,\"no_port\":null,\"time\":1795342390.582371,"
	    "\"yes\":true,"
	    "\"list\":[-1],\"nothing\":null}\n",
	    "one line, keys in the order of the table");
}

static void
test_terminal(void)
{
	json_t *object = json_object();

	buf_clear(&text);
	buf_puts(&text, "\x7f");
	record_set_bytes(object, "k", SPAN_LIT("\x7f\xc2\x9b[2J\xc3\xa9"));
	record_put(&text, object);
	SAME_STR(buf_str(&text), "\x7f{\"k\":\"\\u007f\\u009b[2J\xc3\xa9\"}\n",
	    "a record drives no terminal, and what stood before it stays");
	json_decref(object);
}

/* No byte of a stranger gets lost: it is in KEY_b64 if KEY cannot show it. */
static void
test_bytes(void)
{
	uint64_t seed = 11;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0, kept = 0;
	struct buf back;

	buf_init(&back, 100);
	for (int i = 0; i < 20000; i++) {
		char octets[6];
		struct span s = {octets, rng_below(&r, 7)}, shown;
		json_t *object = json_object(), *b64;

		for (size_t k = 0; k < s.n; k++)
			octets[k] = rng_below(&r, 3) ? (char)rng_below(&r, 128) : (char)rng_u64(&r);
		record_set_bytes(object, "key", s);
		b64 = json_object_get(object, "key_b64");
		shown = (struct span){json_string_value(json_object_get(object, "key")),
		    json_string_length(json_object_get(object, "key"))};
		wrong += !utf8_valid(shown) || utf8_valid(s) != span_eq(shown, s) ||
			 utf8_valid(s) != !b64;
		if (b64) {
			buf_clear(&back);
			kept += base64_take(&back, span_str(json_string_value(b64)));
			wrong += !span_eq(buf_span(&back), s);
		}
		json_decref(object);
	}
	SAME_INT(wrong, 0, "bytes can be had back from a record");
	OK(kept > 1000, "some of them from KEY_b64");
	buf_free(&back);
}

static void
test_times(void)
{
	uint64_t seed = 12;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0;

	for (int i = 0; i < 20000; i++) {
		int64_t us = (int64_t)rng_below(&r, INT64_C(4102444800) * 1000000);
		json_t *object = json_object(), *again;
		double seconds;

		record_set(object, "t", record_time(us));
		again = json_loads(text_of(object), 0, NULL);
		seconds = json_real_value(json_object_get(again, "t"));
		wrong += (int64_t)(seconds * 1e6 + 0.5) != us ||
			 strlen(buf_str(&text)) > sizeof "{\"t\":1234567890.123456}";
		json_decref(again);
	}
	SAME_INT(wrong, 0, "microseconds of this century are exact and have no noise behind them");
}

static enum record_read
read_as(const char *json, const char *schema)
{
	json_t *object;
	enum record_read result = record_read(span_str(json), schema, &object);

	json_decref(object);
	return (object != NULL) == (result == RECORD_READ_OK) ? result : (enum record_read)99;
}

static void
test_read(void)
{
	char *deep = malloc(200001);

	memset(deep, '[', 200000);
	deep[200000] = '\0';
	SAME_INT(
	    read_as("{\"schema\":\"a/1\",\"x\":\"\\u0000\"}\n", "a/1"), RECORD_READ_OK, "a record");
	SAME_INT(read_as("{\"schema\":\"a/2\"}", "a/1"), RECORD_READ_SCHEMA, "another version");
	SAME_INT(read_as("{\"schema\":1}", "a/1"), RECORD_READ_SCHEMA, "a schema that is no text");
	SAME_INT(read_as("{}", "a/1"), RECORD_READ_SCHEMA, "no schema");
	SAME_INT(read_as("[]", "a/1"), RECORD_READ_NOT_OBJECT, "no object");
	SAME_INT(read_as("", "a/1"), RECORD_READ_NOT_JSON, "nothing");
	SAME_INT(read_as("{\"schema\":\"a/1\"", "a/1"), RECORD_READ_NOT_JSON, "cut short");
	SAME_INT(
	    read_as("{\"schema\":\"a/1\"}x", "a/1"), RECORD_READ_NOT_JSON, "something behind it");
	SAME_INT(read_as("{\"schema\":\"a/1\",\"k\":1,\"k\":2}", "a/1"), RECORD_READ_NOT_JSON,
	    "a key twice");
	SAME_INT(read_as("{\"schema\":\"a/1\",\"k\":\"\xff\"}", "a/1"), RECORD_READ_NOT_JSON,
	    "no UTF-8");
	SAME_INT(read_as(deep, "a/1"), RECORD_READ_NOT_JSON, "too deep");
	for (int i = RECORD_READ_OK; i <= RECORD_READ_SCHEMA; i++)
		OK(strlen(record_read_name((enum record_read)i)) > 1, "a name for each result");
	free(deep);
}

int
main(void)
{
	uint64_t seed = 13;
	struct rng r = rng_seeded(&seed);

	record_seed(&r);
	buf_init(&text, 1 << 20);
	test_table();
	test_terminal();
	test_bytes();
	test_times();
	test_read();
	buf_free(&text);
	return tap_end();
}
