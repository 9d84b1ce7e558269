/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp_reply - one SMTP reply, gathered line by line (RFC 5321 section 4.2).
 *
 * Odd replies are what we measure: each line is kept byte for byte, and each way of being wrong
 * has a name.  Ownership: the reply's bytes belong to its arena. */
#ifndef EMT_SMTP_REPLY_H
#define EMT_SMTP_REPLY_H

#include "base/arena.h"

enum {
	SMTP_LINE_MAX = 2048,         /* octets without CRLF; section 4.5.3.1.5 says 510 */
	SMTP_REPLY_LINES_MAX = 1000,  /* lines of one reply */
	SMTP_REPLY_OCTETS_MAX = 65536 /* of all its lines */
};

enum smtp_reply_st {
	SMTP_REPLY_MORE,     /* taken; the server has more lines to send */
	SMTP_REPLY_DONE,     /* taken; this was the last line */
	SMTP_REPLY_BAD_CODE, /* kept; no [2-5][0-5][0-9] in front */
	SMTP_REPLY_BAD_SEP,  /* kept; the fourth octet is neither blank nor '-' */
	SMTP_REPLY_MIXED,    /* kept; not the first line's code, section 4.2.1 */
	SMTP_REPLY_TOO_BIG   /* dropped; over a limit */
};

struct smtp_reply {
	struct arena *arena;
	int code;           /* of the first line; 0 before it, or if it had none */
	struct span *lines; /* as they came, without CRLF */
	size_t lines_n, room;
	size_t octets;
};

void smtp_reply_init(struct smtp_reply *r, struct arena *a);

/* Takes one line, CRLF already cut.  After any answer but SMTP_REPLY_MORE the caller feeds this
 * reply no further line. */
enum smtp_reply_st smtp_reply_line(struct smtp_reply *r, struct span in);

const char *smtp_reply_st_name(enum smtp_reply_st st);

#endif
