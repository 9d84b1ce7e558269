/* SPDX-License-Identifier: GPL-3.0-or-later */
/* value_text - the escapes within strings of JSON (RFC 8259 section 7) and of Python (Language
 * Reference, section 2.4.1), undone and done.
 *
 * Undone text is never longer than it was, so that a buffer of that size is enough. */
#ifndef EMT_VALUE_TEXT_H
#define EMT_VALUE_TEXT_H

#include "base/buf.h"

/* Appends the octets that a JSON string stands for; s is what is between its quotes.  False for
 * what is no escape.  Half a surrogate pair alone becomes U+FFFD. */
bool value_text_json(struct buf *out, struct span s) __attribute__((warn_unused_result));

/* The same, and half a surrogate pair is no escape, either. */
bool value_text_strict(struct buf *out, struct span s) __attribute__((warn_unused_result));

/* The same for Python; in `bytes` \xNN is an octet, else a code point, and \u is no escape.  An
 * unknown escape stands for itself, as in Python; \N{NAME} becomes U+FFFD. */
bool value_text_python(struct buf *out, struct span s, bool bytes)
    __attribute__((warn_unused_result));

/* Appends 's' as a literal that Python's own reader takes: in single quotes, and in one line of
 * ASCII.  Octets that are no UTF-8 become U+FFFD. */
void value_text_put_python(struct buf *out, struct span s);

#endif
