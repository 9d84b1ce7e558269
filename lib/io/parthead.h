/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parthead - what a part of a log begins with: by that it is known when its inode is not the same
 * any more, and told from another file that was given its inode. */
#ifndef EMT_PARTHEAD_H
#define EMT_PARTHEAD_H

#include "io/follow_place.h"
#include "io/logparts.h"
#include "io/packed.h"

struct parthead {
	bool is_read;
	enum packed_st st; /* how reading it ended; PACKED_OK: FOLLOW_HEAD_MAX octets, or all */
	size_t n;
	char octets[FOLLOW_HEAD_MAX]; /* unpacked */
};

/* Reads the head of a part, once, and looks at its size again.  False: it cannot be read; errno
 * says why. */
bool parthead_read(struct parthead *h, struct logpart *part) __attribute__((warn_unused_result));

/* The file still begins so; if it was shorter, the head becomes longer.  An unpacked part with a
 * head of at least one octet. */
bool parthead_still(struct parthead *h, const struct logpart *part)
    __attribute__((warn_unused_result));

/* The mark was made in a part that begins so. */
bool parthead_fits(const struct parthead *h, const struct follow_mark *mark);

/* The part begins as the log does, and holds no more than it by now: it is a copy, made to truncate
 * the log. */
bool parthead_copies(const struct parthead *h, const struct logpart *part,
    struct parthead *log_head, const struct logpart *log);

/* The mark at that offset; the head is at least as long, or FOLLOW_HEAD_MAX. */
void parthead_mark(const struct parthead *h, const struct logpart *part, uint64_t offset,
    struct follow_mark *mark);

#endif
