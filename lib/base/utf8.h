/* SPDX-License-Identifier: GPL-3.0-or-later */
/* utf8 - which bytes are UTF-8 (RFC 3629), and text from strangers made safe to show. */
#ifndef EMT_UTF8_H
#define EMT_UTF8_H

#include "base/buf.h"
#include "base/span.h"

/* The octets (1 to 4) of the well-formed UTF-8 sequence at the start of s, or 0: over-long forms,
 * surrogates and code points over U+10FFFF are not well-formed.  `code` may be NULL. */
size_t utf8_sequence(struct span s, unsigned *code);

/* Is all of s well-formed?  NUL is. */
bool utf8_valid(struct span s);

/* Would whoever shows this code point act on it, and not put a character?  Controls, DEL and C1
 * drive terminals, separators end lines, bidirectional marks turn text around (UAX #9). */
bool utf8_acts(unsigned code);

/* Appends s with each octet that is part of no well-formed sequence as U+FFFD. */
void utf8_put_lossy(struct buf *out, struct span s);

/* Appends s for a terminal or a log line: well-formed printing UTF-8 stays, a backslash is doubled,
 * everything else (controls, DEL, C1, line and paragraph separators, bidirectional controls,
 * invalid octets) becomes \xNN per octet. */
void safe_put(struct buf *out, struct span s);

#endif
