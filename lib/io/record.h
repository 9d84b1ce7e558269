/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record - JSON records: facts in a C struct become an object by a table, under a schema tag.
 *
 * Every record starts with "schema" (KIND/VERSION, described by schema/KIND-VERSION.json) and
 * "tool".  Bytes from strangers need not be UTF-8, which JSON demands: then KEY holds them with
 * U+FFFD in the place of each bad octet, and KEY_b64 beside it holds the bytes themselves.
 *
 * Ownership is jansson's: what returns json_t * hands over a reference.  jansson fails here only
 * without memory, which ends the program with 75. */
#ifndef EMT_RECORD_H
#define EMT_RECORD_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rng.h"
#include "base/span.h"

enum record_type {
	RECORD_TEXT,   /* const char *; NULL becomes null */
	RECORD_BYTES,  /* struct span; p == NULL becomes null; not UTF-8: KEY and KEY_b64 */
	RECORD_INT,    /* int64_t */
	RECORD_NUMBER, /* int64_t of which 0 means "not known" and becomes null */
	RECORD_TIME,   /* int64_t microseconds since 1970, as record_time has them */
	RECORD_BOOL,   /* bool */
	RECORD_JSON,   /* json_t *, whose reference the record takes; NULL becomes null */
};

struct record_field {
	const char *key;
	enum record_type type;
	size_t field; /* offsetof in the struct of facts */
};

struct record_table {
	const struct record_field *v;
	size_t n;
};

/* Seeds the tables of JSON objects, whose keys strangers choose.  Without it jansson opens
 * /dev/urandom at its first object, which a sandbox may forbid.  Once, before the first record. */
void record_seed(const struct rng *rng);

/* {"schema":SCHEMA,"tool":"NAME VERSION"} */
json_t *record_new(const char *schema, const char *tool);

/* Adds a field for each row, in the order of the table. */
void record_add(json_t *object, struct record_table table, const void *facts);

/* An object of those fields alone, for a part of a record. */
json_t *record_part(struct record_table table, const void *facts);

/* Sets KEY, and KEY_b64 if s is not UTF-8. */
void record_set_bytes(json_t *object, const char *key, struct span s);

/* A string of s; bytes that are not UTF-8 become U+FFFD. */
json_t *record_string(struct span s);

/* Seconds since 1970 with six decimals, as all records give times. */
json_t *record_time(int64_t us);

/* Sets KEY to value and takes its reference. */
void record_set(json_t *object, const char *key, json_t *value);
void record_append(json_t *array, json_t *value);

/* The text of a record: keys in the order they were set, compact, one line, a newline at its end.
 * What could drive a terminal is escaped, as json_text does. */
void record_put(struct buf *out, const json_t *object);

enum record_read {
	RECORD_READ_OK,
	RECORD_READ_NOT_JSON, /* or nested too deeply, or a key twice */
	RECORD_READ_NOT_OBJECT,
	RECORD_READ_SCHEMA, /* not one of `schema` */
};

/* Reads the text of one record of the given schema.  Untrusted: depth and duplicate keys are
 * bounded by jansson; the caller bounds the size. */
enum record_read record_read(struct span text, const char *schema, json_t **object)
    __attribute__((warn_unused_result));
const char *record_read_name(enum record_read result);

#endif
