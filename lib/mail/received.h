/* SPDX-License-Identifier: GPL-3.0-or-later */
/* received - a Received field taken apart (RFC 5321 section 4.4, as Postfix and others write it).
 *
 * Only the topmost one of a stored mail is our own server's word; every other one is what the
 * sender claims.  Whatever does not fit stays empty (p == NULL); the caller keeps the raw text
 * beside it.  Spans borrow the text given. */
#ifndef EMT_RECEIVED_H
#define EMT_RECEIVED_H

#include <stdint.h>

#include "base/span.h"

struct received {
	struct span helo; /* from HELO */
	/* The name in the comment behind it: rDNS as the server saw it, or "unknown". */
	struct span hostname;
	/* The address literal there, without brackets and without "IPv6:". */
	struct span address;
	struct span by, with, id;
	struct span for_addr; /* for <ADDRESS>, without the angle brackets */
	bool has_time;
	int64_t time_utc; /* seconds since 1970 of the date behind the last semicolon */
};

/* `text` is the unfolded body of the field. */
struct received received_read(struct span text);

#endif
