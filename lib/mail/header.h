/* SPDX-License-Identifier: GPL-3.0-or-later */
/* header - the header section of a mail (RFC 5322 section 2.2), field by field, as it came.
 *
 * The mail is a stranger's: lines may end in LF or CRLF, hold any octet and be of any length.  The
 * section ends at the first line that is neither a field nor the continuation of one; nothing here
 * fails.  Spans borrow the mail. */
#ifndef EMT_HEADER_H
#define EMT_HEADER_H

#include "base/arena.h"

/* The length of the mbox "From " line (its newline included) that local(8) puts in front, or 0. */
size_t header_mbox_line(struct span mail);

struct header_field {
	struct span name; /* without blanks before the colon (RFC 5322 section 4.5.8 allows them) */
	struct span body; /* folded, as it came, without the last line end */
};

struct header_reader {
	struct span rest; /* begins behind the mbox line */
};

bool header_next(struct header_reader *r, struct header_field *field);

/* Offset of the body: behind the empty line, or where the header section breaks off. */
size_t header_end(struct span mail);

/* The body of a field on one line: line ends are cut out (RFC 5322 section 2.2.3), outer blanks
 * trimmed. */
struct span header_unfold(struct arena *a, struct span body);

/* Offset of the end of a comment that starts at s.p[0] == '(' (RFC 5322 section 3.2.2), one past
 * its ')'; s.n if it does not end. */
size_t header_comment(struct span s);

#endif
