/* SPDX-License-Identifier: GPL-3.0-or-later */
/* follow_place - how far a log has been read, in a form that outlives rotation.
 *
 * A rotated log is a row of files, its parts.  A place names one of them and an offset within.  The
 * name of a file changes and its inode number is given to other files, so a part is known by its
 * inode and by what it began with: the SHA-256 of its first octets, as many as were read, at most
 * FOLLOW_HEAD_MAX.  A part that was compressed or copied has another inode and the same beginning.
 *
 * A place is plain data: it may be copied, and compared with follow_place_same. */
#ifndef EMT_FOLLOW_PLACE_H
#define EMT_FOLLOW_PLACE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/sha256.h"

enum {
	FOLLOW_HEAD_MAX = 1024,     /* octets of a part that it is known by */
	FOLLOW_PLACE_TEXT_MAX = 400 /* octets of a place as text */
};

/* How far one part was read.  Octets are counted unpacked. */
struct follow_mark {
	uint64_t inode;     /* 0: no part */
	uint64_t offset;    /* behind the last line that was consumed */
	uint64_t size;      /* of the part when it was last looked at, at least `offset` */
	int64_t changed_ns; /* when it had last been written to then, since 1970; not negative */
	uint32_t head_len;  /* the smaller of `offset` and FOLLOW_HEAD_MAX */
	unsigned char head_sha256[SHA256_LEN]; /* zeros if head_len is 0 */
};

/* All zeros: nothing was ever read. */
struct follow_place {
	struct follow_mark part;
	/* The part before it, to which lines may still be written by those that have it open. */
	struct follow_mark before;
};

bool follow_place_same(const struct follow_place *a, const struct follow_place *b);

/* Writes a place as one line of text, of letters, digits and " :/-". */
void follow_place_put(struct buf *out, const struct follow_place *place);

/* Reads such text, all of it; false: it is none.  Whatever it accepts, follow_place_put writes the
 * same octets again. */
bool follow_place_parse(struct span text, struct follow_place *place)
    __attribute__((warn_unused_result));

#endif
