/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lines - the lines of a file, packed or not, by few big reads.
 *
 * A line that is longer than LINES_MAX comes cut, its rest is thrown away: no input makes the
 * buffer grow.  What stands behind the last newline is not given with the lines, for it may not be
 * all of one: lines_rest gives it to those who know that nothing follows.
 *
 * A file of records that say their own length is read in the same way: with `size_of` set, records
 * take the place of the lines.  Each comes with all its octets.  The frames of Frame Streams, which
 * dnstap is written in, are such records. */
#ifndef EMT_LINES_H
#define EMT_LINES_H

#include "io/packed.h"

enum {
	LINES_BLOCK = 256 * 1024, /* octets asked for at once */
	LINES_MAX = 128 * 1024,   /* octets of a line */
};

enum lines_st {
	LINES_LINE,
	LINES_END,    /* for now: if the file is plain and grows, there will be more */
	LINES_FAILED, /* `why` tells */
};

struct lines {
	struct packed packed;
	enum packed_st why;
	char *buf;
	size_t start, end; /* what is read and not yet handed out */
	uint64_t dropped;  /* octets of a line too long, behind those in the buffer */
	uint64_t offset;   /* behind the last line that was handed out; unpacked octets */
	unsigned reads;    /* blocks so far: the caller may want to look at the file again */

	/* NULL: lines.  Else set by the caller before the first line: the octets of the record that
	 * `held` begins with; 0: too few of them are there to tell. */
	uint64_t (*size_of)(const void *state, struct span held);
	const void *size_state;
};

/* A file that begins so is one of Frame Streams: the escape in front of its first control frame. */
#define LINES_FRAMES_START SPAN_LIT("\0\0\0\0")

/* For size_of, which needs no state: the length in front is part of the frame. */
uint64_t lines_frame_size(const void *unused, struct span held);

void lines_init(struct lines *l, int fd); /* the descriptor is borrowed */

/* A regular file that is plain, from `offset` on. */
void lines_init_plain(struct lines *l, int fd, uint64_t offset);
void lines_free(struct lines *l);

/* What the file goes on with, `n` octets at least unless it ends before; nothing is consumed.  n is
 * at most LINES_MAX.  LINES_END: it is less. */
enum lines_st lines_peek(struct lines *l, size_t n, struct span *octets)
    __attribute__((warn_unused_result));

/* Goes to `offset`, which is not before the present one.  LINES_END: the file ends before it. */
enum lines_st lines_skip(struct lines *l, uint64_t offset) __attribute__((warn_unused_result));

/* The next line, without its newline; it lives until the next call. */
enum lines_st lines_next(struct lines *l, struct span *line) __attribute__((warn_unused_result));

/* After LINES_END or LINES_FAILED: what stands behind the last newline, as a line; false: nothing.
 */
bool lines_rest(struct lines *l, struct span *line) __attribute__((warn_unused_result));

#endif
