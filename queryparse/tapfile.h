/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tapfile - the dnstap file that a collector adds frames to: queries.dnstap in a folder, put aside
 * as queries.dnstap-YYYYMMDD after each day (UTC).
 *
 * What is added goes to the kernel at once: a killed collector loses nothing that it took.  A frame
 * that was half written when it was killed, or when the disk was full, is cut off again, so that a
 * reader (io/follow.h) always finds whole frames.  After a power failure the file is good up to the
 * last tapfile_sync, and is cut behind its last whole frame.  A file that is no dnstap file is
 * moved aside. */
#ifndef EMT_TAPFILE_H
#define EMT_TAPFILE_H

#include <stdint.h>

#include "base/buf.h"
#include "queryparse/query.h"
#include "queryparse/tappast.h"

struct tapfile {
	const char *dir; /* borrowed; for messages */
	int dir_fd, fd;
	int64_t size;       /* of whole frames */
	int64_t day;        /* since 1970, of what is in it */
	struct buf out;     /* frames that are not written yet */
	bool is_dirty;      /* something was written since the last sync */
	int64_t written_us; /* when frames were last written */
	bool has_gap;       /* among those that are not written yet */
	int64_t gap_us;     /* since when, the earliest of them; TIME_UNKNOWN: since ever */
	bool is_dropping;   /* frames cannot be written ... */
	int64_t dropped_us; /* ... since then */
};

/* Opens or makes it, locked; *last_us is when it, or else the one put aside before it, was last
 * written to, or where it was cut behind; TIME_UNKNOWN if there was none; *is_damaged: something
 * had to be cut off or moved aside.  False: reported. */
bool tapfile_open(struct tapfile *f, const char *dir, int64_t now_us, int64_t *last_us,
    bool *is_damaged) __attribute__((warn_unused_result));
void tapfile_close(struct tapfile *f);

/* Adds a frame, its length included; tapfile_flush hands all of them to the kernel.  A gap is told
 * to begin two seconds earlier than `from_us`, the last that was heard: name servers hand over late
 * what they were asked.  A note says that until now nothing is missing. */
void tapfile_add(struct tapfile *f, struct span frame, int64_t now_us);
void tapfile_add_note(struct tapfile *f, int64_t now_us);
void tapfile_add_gap(
    struct tapfile *f, enum query_gap gap, int64_t from_us, int64_t now_us, const char *identity);
void tapfile_flush(struct tapfile *f, int64_t now_us);

/* To the disk. */
void tapfile_sync(struct tapfile *f);

#endif
