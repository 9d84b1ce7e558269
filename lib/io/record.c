/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/record.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/json_text.h"
#include "base/settings.h"
#include "base/utf8.h"

void
record_seed(const struct rng *rng)
{
	json_object_seed((size_t)rng_u64(rng) | 1); /* 0 would mean: seed yourself */
}

void
record_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, must(value)))
		out_of_memory();
}

void
record_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, must(value)))
		out_of_memory();
}

json_t *
record_string(struct span s)
{
	json_t *string;
	struct buf text;

	if (utf8_valid(s))
		return must(json_stringn_nocheck(s.n ? s.p : "", s.n));
	buf_init(&text, s.n * 3);
	utf8_put_lossy(&text, s);
	string = must(json_stringn_nocheck(text.p, text.n));
	buf_free(&text);
	return string;
}

void
record_set_bytes(json_t *object, const char *key, struct span s)
{
	struct buf b64_key, b64;

	if (!s.p) {
		record_set(object, key, json_null());
		return;
	}
	record_set(object, key, record_string(s));
	if (utf8_valid(s))
		return;
	buf_init(&b64_key, strlen(key) + 4);
	buf_printf(&b64_key, "%s_b64", key);
	buf_init(&b64, s.n * 2 + 4);
	base64_put(&b64, s);
	record_set(object, buf_str(&b64_key), json_stringn_nocheck(b64.p, b64.n));
	buf_free(&b64);
	buf_free(&b64_key);
}

json_t *
record_time(int64_t us)
{
	return must(json_real((double)us / 1e6));
}

json_t *
record_new(const char *schema, const char *tool)
{
	json_t *object = must(json_object());

	record_set(object, "schema", json_string(schema));
	record_set(object, "tool", json_sprintf("%s %s", tool, EMT_VERSION));
	return object;
}

static void
add_field(json_t *object, const struct record_field *f, const void *at)
{
	switch (f->type) {
	case RECORD_TEXT: {
		const char *text = *(const char *const *)at;

		record_set_bytes(object, f->key, span_str(text));
		break;
	}
	case RECORD_BYTES: record_set_bytes(object, f->key, *(const struct span *)at); break;
	case RECORD_INT: record_set(object, f->key, json_integer(*(const int64_t *)at)); break;
	case RECORD_NUMBER: {
		int64_t number = *(const int64_t *)at;

		record_set(object, f->key, number ? json_integer(number) : json_null());
		break;
	}
	case RECORD_TIME: record_set(object, f->key, record_time(*(const int64_t *)at)); break;
	case RECORD_BOOL: record_set(object, f->key, json_boolean(*(const bool *)at)); break;
	case RECORD_JSON: {
		json_t *value = *(json_t *const *)at;

		record_set(object, f->key, value ? value : json_null());
		break;
	}
	}
}

void
record_add(json_t *object, struct record_table table, const void *facts)
{
	for (size_t i = 0; i < table.n; i++)
		add_field(object, &table.v[i], (const char *)facts + table.v[i].field);
}

json_t *
record_part(struct record_table table, const void *facts)
{
	json_t *object = must(json_object());

	record_add(object, table, facts);
	return object;
}

static int
put_text(const char *text, size_t n, void *out)
{
	buf_put(out, (struct span){text, n});
	return 0;
}

void
record_put(struct buf *out, const json_t *object)
{
	/* 16 digits carry microseconds of this century exactly, and no binary noise behind them. */
	const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(16);
	size_t from = out->n;

	if (json_dump_callback(object, put_text, out, flags))
		out_of_memory();
	json_text_tame(out, from);
	buf_putc(out, '\n');
}

enum record_read
record_read(struct span text, const char *schema, json_t **object)
{
	json_t *value = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	const char *tag = json_string_value(json_object_get(value, "schema"));
	enum record_read result = RECORD_READ_OK;

	*object = NULL;
	if (!value)
		result = RECORD_READ_NOT_JSON;
	else if (!json_is_object(value))
		result = RECORD_READ_NOT_OBJECT;
	else if (!tag || strcmp(tag, schema) != 0)
		result = RECORD_READ_SCHEMA;
	if (result == RECORD_READ_OK)
		*object = value;
	else
		json_decref(value);
	return result;
}

const char *
record_read_name(enum record_read result)
{
	static const char *const names[] = {
	    [RECORD_READ_OK] = "ok",
	    [RECORD_READ_NOT_JSON] = "not JSON",
	    [RECORD_READ_NOT_OBJECT] = "not a JSON object",
	    [RECORD_READ_SCHEMA] = "another schema",
	};

	return names[result];
}
