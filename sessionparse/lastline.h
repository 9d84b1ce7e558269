/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lastline - what BSD's syslogd means by "last message repeated 3 times", a line without a tag: the
 * line of the same host before it, whole.
 *
 * Kept is the last line of the log that may count again (a line of a dialogue, a delivery), in the
 * traditional form, until another line of its host comes.  Nine lines of ten are noise, and are not
 * parsed to find that out: the host stands at the same place in all of them. */
#ifndef EMT_LASTLINE_H
#define EMT_LASTLINE_H

#include "sessionparse/logline.h"

struct lastline {
	struct buf text; /* without its newline */
	size_t host_at, host_n;
	bool valid;
	bool open; /* there is no secret in it */
};

void lastline_init(struct lastline *last, size_t max); /* octets of a line */
void lastline_free(struct lastline *last);

/* A line came that does not count again, or that nobody looked at. */
static inline void
lastline_other(struct lastline *last, struct span line)
{
	size_t end = last->host_at + last->host_n;

	if (last->valid && line.n > end && line.p[end] == ' ' &&
	    memcmp(line.p + last->host_at, last->text.p + last->host_at, last->host_n) == 0)
		last->valid = false;
}

/* A line came that counts again if it is repeated; `split` is what logline_split made of it. */
void lastline_keep(
    struct lastline *last, struct span line, const struct logline *split, bool open);

/* Reads "STAMP HOST last message repeated N times"; false: the line is something else. */
bool lastline_repeats(struct span line, struct span *when, struct span *host, int64_t *times)
    __attribute__((warn_unused_result));

#endif
