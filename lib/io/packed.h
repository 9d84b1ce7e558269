/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packed - the octets of a file, unpacked on the way if it was packed.
 *
 * gzip (RFC 1952), bzip2 and zstd (RFC 8878) are known by their first octets, not by a name, and
 * unpacked; several members, streams or frames behind each other are one stream.  xz, lz4 and
 * compress are known and refused.  All else is plain, and is read straight to where the caller
 * wants it.  A regular file is read by offset from where its descriptor stands, which is not moved:
 * several readers of one descriptor do not disturb each other.
 *
 * The file is untrusted.  Memory is bounded (PACKED_WINDOW_LOG); how much a small file unpacks to
 * is not, for it streams. */
#ifndef EMT_PACKED_H
#define EMT_PACKED_H

#include <stdint.h>

#include "base/span.h"

enum {
	PACKED_ROOM_MIN = 16,   /* octets that the first read has room for, at least */
	PACKED_WINDOW_LOG = 27, /* zstd may look back over 2^27 octets: what zstd(1) allows, too */
};

enum packed_st {
	PACKED_OK,
	PACKED_ERROR,   /* reading failed; errno says why */
	PACKED_CUT,     /* it ends in the middle */
	PACKED_DAMAGED, /* it is not what its first octets say, or a checksum is wrong */
	PACKED_WINDOW,  /* it was packed with a larger window than PACKED_WINDOW_LOG */
	PACKED_FORMAT,  /* packed_format tells what packed it; we cannot undo that */
};

struct packed_decoder;

struct packed {
	int fd;          /* borrowed */
	bool by_offset;  /* a regular file */
	int64_t offset;  /* of the next octet to read of it */
	bool is_known;   /* which format it has */
	bool is_between; /* before a member, or at the end */
	bool in_at_end;
	const struct packed_format *format; /* NULL: plain */
	struct packed_decoder *decoder;     /* NULL: plain */
	char *in;                           /* packed octets, from in_start to in_end */
	size_t in_start, in_end;
	enum packed_st failed; /* what every later read answers, too; PACKED_OK: nothing yet */
};

void packed_init(struct packed *p, int fd);

/* A regular file that is plain whatever its octets look like, from `offset` on. */
void packed_init_plain(struct packed *p, int fd, uint64_t offset);
void packed_free(struct packed *p);

/* As read(2): at most `room` octets to `out`, their number in *n, which is 0 at the end, and after
 * any answer but PACKED_OK.  What comes before damage is given first.  The end of a plain file may
 * be asked for again: it may have grown. */
enum packed_st packed_read(struct packed *p, char *out, size_t room, size_t *n)
    __attribute__((warn_unused_result));

/* "gzip", "xz" ...; NULL: plain, or nothing was read yet. */
const char *packed_format(const struct packed *p);

/* What is wrong, for a message behind the name of a file. */
const char *packed_st_text(enum packed_st st);

#endif
