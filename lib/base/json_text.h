/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_text - the strings and punctuation of JSON, appended to a buf: the fast way for records
 * written by the thousand.
 *
 * What comes out is always valid JSON in UTF-8: octets that are no UTF-8 become U+FFFD.  What acts
 * on who shows it (utf8_acts: DEL, C1, bidirectional marks ...) is escaped, though RFC 8259 would
 * let it stand: a stranger's text must not drive the terminal that a record is shown on.
 *
 * Keys are ours and are not escaped.  The caller puts the braces and brackets; commas come by
 * themselves between the members. */
#ifndef EMT_JSON_TEXT_H
#define EMT_JSON_TEXT_H

#include <stdint.h>

#include "base/buf.h"

/* "s", escaped. */
void json_text_string(struct buf *out, struct span s);

/* The same, or null where p is NULL. */
void json_text_string_or_null(struct buf *out, struct span s);

void json_text_int(struct buf *out, int64_t value);

/* Seconds of microseconds: 1795290567, 1795290567.621223; with a fraction only if there is one. */
void json_text_seconds(struct buf *out, int64_t us);

/* A comma if a value stands before it, then "key": */
void json_text_key(struct buf *out, const char *key);

/* A comma if a value stands before it. */
void json_text_next(struct buf *out);

/* For JSON that another writer appended from octet `from` of `out` on: escapes in it what
 * json_text_string escapes and that writer let stand, which can only be within strings. */
void json_text_tame(struct buf *out, size_t from);

#endif
