/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/lines.h"

#include <stdlib.h>

#include "base/arena.h"

void
lines_init(struct lines *l, int fd)
{
	*l = (struct lines){.buf = must(malloc(LINES_BLOCK + LINES_MAX))};
	packed_init(&l->packed, fd);
}

void
lines_init_plain(struct lines *l, int fd, uint64_t offset)
{
	*l = (struct lines){.buf = must(malloc(LINES_BLOCK + LINES_MAX)), .offset = offset};
	packed_init_plain(&l->packed, fd, offset);
}

void
lines_free(struct lines *l)
{
	packed_free(&l->packed);
	free(l->buf);
	l->buf = NULL;
}

/* Reads on; what is left of the last block moves to the front.  There is always room: no more than
 * a line is left. */
static enum lines_st
fill(struct lines *l)
{
	size_t n;

	memmove(l->buf, l->buf + l->start, l->end - l->start);
	l->end -= l->start;
	l->start = 0;
	l->why = packed_read(&l->packed, l->buf + l->end, LINES_BLOCK, &n);
	l->end += n;
	l->reads++;
	if (l->why != PACKED_OK)
		return LINES_FAILED;
	return n ? LINES_LINE : LINES_END;
}

/* Hands out what stands before `end`, and goes on at `next`. */
static void
take(struct lines *l, size_t end, size_t next, struct span *line)
{
	size_t n = end - l->start;

	*line = (struct span){l->buf + l->start, n < LINES_MAX ? n : LINES_MAX};
	l->offset += next - l->start + l->dropped;
	l->dropped = 0;
	l->start = next;
}

static uint64_t
number32(const char *p)
{
	const unsigned char *o = (const unsigned char *)p;

	return (uint64_t)o[0] << 24 | o[1] << 16 | o[2] << 8 | o[3];
}

uint64_t
lines_frame_size(const void *unused, struct span held)
{
	enum {
		LEN = 4
	}; /* octets of a length; 0 is the escape: the length of a control frame
	      follows it */
	uint64_t n;

	(void)unused;
	if (held.n < LEN)
		return 0;
	n = number32(held.p);
	if (n)
		return LEN + n;
	return held.n < 2 * LEN ? 0 : 2 * LEN + number32(held.p + LEN);
}

/* Where the next line ends, and where the one after it begins; `seen` octets of it were looked at
 * before. */
static bool
find_end(const struct lines *l, size_t seen, size_t *end, size_t *next)
{
	const char *from = l->buf + l->start;
	size_t held = l->end - l->start;
	const char *newline;
	uint64_t size;

	if (l->size_of) {
		size = l->size_of(l->size_state, (struct span){from, held});
		if (!size || size - l->dropped > held)
			return false;
		*end = *next = l->start + (size_t)(size - l->dropped);
		return true;
	}
	newline = held > seen ? memchr(from + seen, '\n', held - seen) : NULL;
	if (!newline)
		return false;
	*end = (size_t)(newline - l->buf);
	*next = *end + 1;
	return true;
}

enum lines_st
lines_next(struct lines *l, struct span *line)
{
	size_t seen = 0; /* octets behind `start` that are no newline */

	for (;;) {
		size_t held, end, next;
		enum lines_st st;

		if (find_end(l, seen, &end, &next)) {
			take(l, end, next, line);
			return LINES_LINE;
		}
		held = l->end - l->start;
		if (held > LINES_MAX) {
			l->dropped += held - LINES_MAX;
			l->end = l->start + LINES_MAX;
			held = LINES_MAX;
		}
		seen = held;
		st = fill(l);
		if (st != LINES_LINE)
			return st;
	}
}

enum lines_st
lines_peek(struct lines *l, size_t n, struct span *octets)
{
	enum lines_st st = LINES_LINE;

	while (st == LINES_LINE && l->end - l->start < n)
		st = fill(l);
	*octets = (struct span){l->buf + l->start, l->end - l->start};
	return st;
}

bool
lines_rest(struct lines *l, struct span *line)
{
	if (l->start == l->end)
		return false;
	take(l, l->end, l->end, line);
	return true;
}

enum lines_st
lines_skip(struct lines *l, uint64_t offset)
{
	while (l->offset < offset) {
		uint64_t part = l->end - l->start;
		enum lines_st st;

		if (!part) {
			st = fill(l);
			if (st != LINES_LINE)
				return st;
			continue;
		}
		part = part < offset - l->offset ? part : offset - l->offset;
		l->start += part;
		l->offset += part;
	}
	return LINES_LINE;
}
