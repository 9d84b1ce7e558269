/* SPDX-License-Identifier: GPL-3.0-or-later */
/* follow - the lines of a log that grows and is rotated, each exactly once over many runs.
 *
 * A run is: follow_open, as whoever may open the log; from there on, as anybody, follow_start with
 * the place that the run before left; follow_line until FOLLOW_END, or for as long as one likes;
 * then what was made of the lines is stored, and with it follow_place.  A run whose place is not
 * stored, for it was killed, did not happen: the next one gives the same lines again.
 *
 * What rotation does to a log LOG, and what is done about it:
 *	renamed, LOG.1 or LOG-20261121		found by its inode; left for the next part only when
 *						that has content, and then read to its end once more
 *	written to after that			looked at again for as long as it is the part before
 *	copied, and LOG truncated		the copy is found by its beginning
 *	compressed, .gz .bz2 .zst		found by its unpacked beginning; as long as it is
 *						there unpacked too, that one is read; a half written
 *						one is read as far as it goes, and on next time
 *	inode given to another file		its beginning is another
 *	removed, or truncated without a copy	told as a gap (below), once
 * A part that is renamed, copied or compressed while a run reads it is still read, and never
 * another in its place: whatever changed under our hands is left to the next run.
 *
 * A last line without its newline is left for the next run; in a part after which another has
 * content it will not be continued, and is given as it is.  A line over LINES_MAX (lines.h) comes
 * cut.  Lines may hold any octet.
 *
 * What is not noticed: a log that lost some of its end, after a power failure, and grew over the
 * place again. */
#ifndef EMT_FOLLOW_H
#define EMT_FOLLOW_H

#include "base/span.h"
#include "io/follow_place.h"

struct follow;

/* Opens the log `path` and those files beside it that may be rotated parts of it, by their names
 * (rotated.h).  Reads nothing of them.  The log itself may be missing for the moment if there are
 * others.  NULL, with errno: ENOENT if there is neither; EINVAL if it is no regular file; ELOOP if
 * it is a symbolic link; EAGAIN if its folder did not hold still for long enough; else what open(2)
 * said. */
struct follow *follow_open(const char *path) __attribute__((warn_unused_result));
void follow_close(struct follow *f); /* NULL is fine */

/* Before follow_start: parts that are of Frame Streams (lines.h) are given frame by frame. */
void follow_take_frames(struct follow *f);

enum follow_start {
	FOLLOW_FOUND, /* goes on where `place` says */
	FOLLOW_FIRST, /* `place` is empty: begins at the start of the log */
	FOLLOW_LATER, /* the log is being rotated just now: this run gives no line and leaves the
			 place as it is */
	FOLLOW_LOST,  /* `place` is nowhere: follow_gap tells more; goes on at the oldest part that
			 is certainly newer, or at its own end if it has been shortened */
	FOLLOW_START_ERROR, /* a file cannot be read; errno says why, follow_file which */
};

/* Once.  `place` is copied.  now_utc: the time; a compressed file that ends early and was written
 * to in the last FOLLOW_PACKING_S is one that is still being written. */
enum follow_start follow_start(struct follow *f, const struct follow_place *place, int64_t now_utc)
    __attribute__((warn_unused_result));

enum { FOLLOW_PACKING_S = 600 };

enum follow_st {
	FOLLOW_LINE,
	FOLLOW_END,   /* there are no more lines for this run */
	FOLLOW_GAP,   /* the rest of a part cannot be read: follow_gap tells more; call again to go
			 on behind it */
	FOLLOW_ERROR, /* a file cannot be read; errno says why, follow_file which; the end */
};

/* The next line, without its newline.  It lives until the next call. */
enum follow_st follow_line(struct follow *f, struct span *line) __attribute__((warn_unused_result));

/* The last line is a frame. */
bool follow_is_frame(const struct follow *f);

/* The place behind the last line that was given; what the run began with, before the first one.
 * At FOLLOW_END it may differ from that although no line was given. */
const struct follow_place *follow_place(struct follow *f);

/* Where the last line came from.  It lives until follow_close. */
struct follow_file {
	const char *name; /* without folder; NULL: there was none yet */
	int fd;           /* not at any particular offset: use pread(2), or packed_open */
	int64_t size;     /* octets on the disk */
	int64_t changed_us;
};

struct follow_file follow_file(const struct follow *f);

enum follow_gap_kind {
	FOLLOW_GAP_NONE,
	FOLLOW_GAP_GONE,      /* no file begins as the part did: removed, or truncated, or
				 compressed by a program that we cannot undo */
	FOLLOW_GAP_SHORTENED, /* the part begins as it did, and ends before the place */
	FOLLOW_GAP_DAMAGED,   /* a compressed part is damaged, or ends early */
	FOLLOW_GAP_FORMAT,    /* a part is compressed in a form that we cannot undo */
};

/* What FOLLOW_LOST or the last FOLLOW_GAP is about. */
struct follow_gap {
	enum follow_gap_kind kind;
	const char *name; /* the file, or the one at which it goes on; NULL: none */
	uint64_t octets;  /* that are known to be lost; there may be more */
};

struct follow_gap follow_gap(const struct follow *f);
const char *follow_gap_name(enum follow_gap_kind kind); /* for messages */

#endif
