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

enum { LASTLINE_MAX = 4096 }; /* octets; Postfix' lines are shorter, and a longer one is not kept */

struct lastline {
	size_t n, host_at, host_n;
	bool valid;
	bool open;               /* there is no secret in it */
	char text[LASTLINE_MAX]; /* without its newline */
};

static inline struct span
lastline_text(const struct lastline *last)
{
	return (struct span){last->text, last->n};
}

/* A line came that does not count again, or that nobody looked at. */
static inline void
lastline_other(struct lastline *last, struct span line)
{
	size_t end = last->host_at + last->host_n;

	if (last->valid && line.n > end && line.p[end] == ' ' &&
	    memcmp(line.p + last->host_at, last->text + last->host_at, last->host_n) == 0)
		last->valid = false;
}

/* A line came that counts again if it is repeated; `split` is what logline_split made of it.  Only
 * in the traditional form: daemons that write another have other words for it. */
static inline void
lastline_keep(struct lastline *last, struct span line, const struct logline *split, bool open)
{
	lastline_other(last, line);
	if (line.n > LASTLINE_MAX || !is_alpha(line.p[0]) || split->when.p != line.p ||
	    !split->host.n)
		return;
	memcpy(last->text, line.p, line.n);
	last->n = line.n;
	last->host_at = (size_t)(split->host.p - line.p);
	last->host_n = split->host.n;
	last->valid = true;
	last->open = open;
}

/* Reads "STAMP HOST last message repeated N times"; false: the line is something else. */
bool lastline_repeats(struct span line, struct span *when, struct span *host, int64_t *times)
    __attribute__((warn_unused_result));

#endif
