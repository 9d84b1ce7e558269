/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visit_reply - one reply of a mail host as it comes, octet by octet, however odd (RFC 5321
 * section 4.2).
 *
 * Replies that lib/smtp calls wrong are what a scan measures, so this reader is lenient.  A line
 * ends with LF, with or without CR; a CR or NUL elsewhere is text.  The reply ends with the first
 * line of three digits that are not followed by '-'; once a line with a code has begun it, lines
 * without one belong to it.  Its code is the last line's.  In how many pieces the octets come does
 * not matter.
 *
 * Memory: as many octets as the owner says are kept; the rest is only followed to its end. */
#ifndef EMT_MXINFER_SCAN_VISIT_REPLY_H
#define EMT_MXINFER_SCAN_VISIT_REPLY_H

#include "base/buf.h"

enum {
	VISIT_REPLY_MAX = 1024 * 1024, /* octets of a reply that are waited for */
	VISIT_HEAD_MAX = 16,           /* octets of a line that are looked at */
};

enum visit_reply_st {
	REPLY_MORE,
	REPLY_DONE,
	REPLY_NO_CODE, /* its first line has none: this is no reply */
	REPLY_ENDLESS, /* over VISIT_REPLY_MAX */
};

struct visit_reply {
	struct buf kept; /* as it came, line ends too */
	size_t keep, octets, lines_n;
	unsigned code;             /* of the last line that has one; 0 to 999 */
	bool starttls;             /* a line behind the first says STARTTLS (RFC 3207 section 4) */
	char head[VISIT_HEAD_MAX]; /* of the line that comes */
	size_t line_n;             /* octets of it so far */
	char last;                 /* its last octet */
};

void visit_reply_init(struct visit_reply *r, size_t keep); /* octets that are kept */
void visit_reply_free(struct visit_reply *r);

/* Takes octets from the front of *in, no further than the end of the reply.  After any answer but
 * REPLY_MORE it is fed no more. */
enum visit_reply_st visit_reply_take(struct visit_reply *r, struct span *in)
    __attribute__((warn_unused_result));

/* What was kept, without the last line end; p == NULL if nothing came.  *cut becomes true if it is
 * not all that came, and else stays as it is. */
struct span visit_reply_text(const struct visit_reply *r, bool *cut);

#endif
