/* SPDX-License-Identifier: GPL-3.0-or-later */
/* value - reads one value of JSON (RFC 8259) or one literal of Python from front to back: no tree
 * is built, nothing is evaluated.
 *
 * The caller walks: value_kind says what comes next, value_enter goes into a container,
 * value_member or value_more step through it, and every value in it is taken or skipped.  All that
 * is stepped over is held to the grammar too.  The error is sticky, as a cursor's: after the first
 * thing that does not fit nothing more is read, containers end, strings are empty, and the caller
 * asks once, at the end (value_done, or value_why).
 *
 * Untrusted: nesting is bound by VALUE_DEPTH_MAX; the caller bounds the size.  Strings are bytes:
 * raw control characters and octets that are no UTF-8 are let through, so that one odd greeting
 * does not cost a record.
 *
 * Python (what repr() prints, and a little more): strings in either quote, with the prefixes b, r
 * and u, and all escapes (\N{NAME} becomes U+FFFD: there is no table of names here); None, True,
 * False; dict, list, tuple, set; numbers; a comma behind the last member.  JSON's true, false and
 * null are words there as well.  In JSON, Python's json.dumps writes NaN and Infinity: numbers.
 *
 * Strict is JSON as RFC 8259 has it and nothing else: valid UTF-8, no control characters in
 * strings, no half of a surrogate pair, no 007, no NaN. */
#ifndef EMT_VALUE_H
#define EMT_VALUE_H

#include <stdint.h>

#include "base/buf.h"

enum { VALUE_DEPTH_MAX = 64 };

enum value_dialect {
	VALUE_JSON,
	VALUE_STRICT,
	VALUE_PYTHON,
};

enum value_kind {
	VALUE_END, /* of the text, or after an error, or something that no value begins with */
	VALUE_OBJECT,
	VALUE_ARRAY, /* list, tuple, set */
	VALUE_STRING,
	VALUE_NUMBER,
	VALUE_WORD, /* true, false, null and the like */
};

enum value_why {
	VALUE_FINE,
	VALUE_BROKEN, /* it does not fit the grammar, or ends too early */
	VALUE_DEEP,   /* nested deeper than VALUE_DEPTH_MAX */
};

struct value {
	const char *p, *end;
	struct buf *scratch; /* takes strings whose escapes were undone */
	enum value_dialect dialect;
	enum value_why why;
	unsigned depth;
	bool fresh; /* a container was entered, and nothing is read of it yet */
	char closers[VALUE_DEPTH_MAX];
};

/* Begins to read `text`.  Strings that come back are parts of text or of scratch; those of scratch
 * hold until the scratch is cleared (the caller's to do, before the next value).  Scratch, whose
 * limit is at least text.n beyond what it holds, does not move them. */
void value_init(struct value *v, enum value_dialect dialect, struct span text, struct buf *scratch);

enum value_kind value_kind(struct value *v);

/* Into the object or array that comes next; anything else is an error. */
void value_enter(struct value *v);

/* In an object: takes the key of the next member, whose value comes next; false behind the last,
 * which leaves the object. */
bool value_member(struct value *v, struct span *key);

/* In an array: true if there is another value, which comes next; false leaves the array. */
bool value_more(struct value *v);

/* Each of these takes the next value if it is of its kind; if it is of another it is skipped, and
 * the answer is "not there". */
bool value_string(struct value *v, struct span *s); /* *s is empty with p == NULL if not */
bool value_number(struct value *v, uint64_t *n);    /* a decimal number without sign or fraction */
bool value_true(struct value *v);                   /* the word true or True */

/* Like value_enter, if an object comes next, or an array. */
bool value_object(struct value *v);
bool value_array(struct value *v);

/* Steps over the next value; its text. */
struct span value_skip(struct value *v);

/* The caller's own verdict: what was read cannot be. */
void value_fail(struct value *v);

/* Nothing went wrong, and nothing but blanks is left. */
bool value_done(struct value *v);

#endif
