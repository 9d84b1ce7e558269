/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/logread.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"

enum { ROOM = LOGREAD_BLOCK + LOGREAD_LINE_MAX };

void
logread_init(struct logread *r, int fd)
{
	*r = (struct logread){.fd = fd, .buf = malloc(ROOM)};
	if (!r->buf)
		out_of_memory();
}

void
logread_free(struct logread *r)
{
	free(r->buf);
	*r = (struct logread){.fd = -1};
}

/* Reads on; what is left of the last block moves to the front.  There is always room: less than a
 * line is left. */
static enum logread_st
fill(struct logread *r)
{
	ssize_t n;

	memmove(r->buf, r->buf + r->start, r->end - r->start);
	r->end -= r->start;
	r->start = 0;
	do
		n = read(r->fd, r->buf + r->end, LOGREAD_BLOCK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return LOGREAD_ERROR;
	r->at_end = n == 0;
	r->end += (size_t)n;
	return LOGREAD_LINE;
}

enum logread_st
logread_peek(struct logread *r, size_t n, struct span *head)
{
	while (!r->at_end && r->end - r->start < n)
		if (fill(r) == LOGREAD_ERROR)
			return LOGREAD_ERROR;
	*head = (struct span){r->buf + r->start, r->end - r->start < n ? r->end - r->start : n};
	return LOGREAD_LINE;
}

/* Takes a line of n octets and `newline` more from the buffer; false: it is the rest of one that
 * was cut before. */
static bool
take(struct logread *r, size_t n, size_t newline, struct span *line)
{
	bool whole = !r->in_long_line;

	*line = (struct span){r->buf + r->start, n};
	r->start += n + newline;
	r->in_long_line = newline == 0;
	return whole;
}

enum logread_st
logread_line(struct logread *r, struct span *line)
{
	for (;;) {
		size_t left = r->end - r->start;
		const char *newline = left ? memchr(r->buf + r->start, '\n', left) : NULL;

		if (newline) {
			size_t n = (size_t)(newline - (r->buf + r->start));

			if (take(r, n, 1, line))
				return LOGREAD_LINE;
		} else if (left >= LOGREAD_LINE_MAX) {
			if (take(r, LOGREAD_LINE_MAX, 0, line))
				return LOGREAD_LINE;
		} else if (r->at_end) {
			if (!left || !take(r, left, 0, line))
				return LOGREAD_END;
			return LOGREAD_LINE;
		} else if (fill(r) == LOGREAD_ERROR) {
			return LOGREAD_ERROR;
		}
	}
}
