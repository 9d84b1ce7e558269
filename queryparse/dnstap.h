/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dnstap - what a name server says it was asked and answered (dnstap.proto), one frame at a time.
 *
 * Frames are Frame Streams' (io/lines.h): a length, then a protocol buffer; or control frames,
 * which start and end a stream.  What the server itself asked others (a resolver's side) is no
 * query to it.  The frames of emt-queries collect that say what may be missing have no message: a
 * dnstap reader passes over them. */
#ifndef EMT_DNSTAP_H
#define EMT_DNSTAP_H

#include "queryparse/query.h"

#define DNSTAP_CONTENT_TYPE "protobuf:dnstap.Dnstap"

enum dnstap_st {
	DNSTAP_QUERY, /* or an answer, or a gap */
	DNSTAP_OTHER, /* nothing that was asked of the server, or a control frame */
	DNSTAP_BAD,   /* broken, or cut off */
};

/* Reads one frame, its length in front included. */
enum dnstap_st dnstap_read(struct span frame, struct query *q) __attribute__((warn_unused_result));

/* Appends a frame that says QUERY_GAP. */
void dnstap_put_gap(struct buf *out, const struct query *gap);

/* Appends a frame that says nothing but a time: files that begin with one all begin differently, by
 * which io/follow.h knows them. */
void dnstap_put_note(struct buf *out, int64_t time_us);

/* The name of the server that sent a frame; empty: none. */
struct span dnstap_identity(struct span frame);

#endif
