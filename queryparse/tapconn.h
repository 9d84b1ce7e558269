/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tapconn - what a name server says over one connection of Frame Streams, octets in, frames out.
 *
 * Knows no socket: the caller reads and writes.  Untrusted; a sender that breaks the protocol is
 * done with. */
#ifndef EMT_TAPCONN_H
#define EMT_TAPCONN_H

#include "base/buf.h"

struct tapconn {
	struct buf in; /* of a frame that is not whole yet */
	size_t start;  /* of it, in `in` */
	enum {
		TAPCONN_NEW,
		TAPCONN_READY, /* it was accepted */
		TAPCONN_STARTED,
		TAPCONN_STOPPED, /* it said so */
		TAPCONN_BROKEN,
	} state;
	void (*frame)(void *state, struct span frame); /* a data frame, with its length */
	void *frame_state;
};

enum { TAPCONN_FRAME_MAX = 128 * 1024 }; /* octets; what the readers of files take, too */

void tapconn_init(struct tapconn *c, void (*frame)(void *state, struct span frame), void *state);
void tapconn_free(struct tapconn *c);

/* Takes what came; appends to `reply` what is to be said.  After TAPCONN_STOPPED and TAPCONN_BROKEN
 * nothing more is taken. */
void tapconn_take(struct tapconn *c, struct span octets, struct buf *reply);

/* Octets of a frame that never became whole. */
size_t tapconn_rest(const struct tapconn *c);

#endif
