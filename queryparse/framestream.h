/* SPDX-License-Identifier: GPL-3.0-or-later */
/* framestream - the control frames of Frame Streams, by way of libfstrm: how a sender and a
 * receiver of dnstap agree, start and end.
 *
 *	sender: READY	receiver: ACCEPT	sender: START, data ..., STOP	receiver: FINISH
 *
 * A file, and a sender that cannot be answered, have START, data and STOP alone. */
#ifndef EMT_FRAMESTREAM_H
#define EMT_FRAMESTREAM_H

#include "base/buf.h"

enum framestream_control {
	CONTROL_BAD, /* no control frame, broken, or of another content than dnstap */
	CONTROL_READY,
	CONTROL_ACCEPT,
	CONTROL_START,
	CONTROL_STOP,
	CONTROL_FINISH,
};

/* Reads a control frame, escape and length included. */
enum framestream_control framestream_read(struct span frame);

/* Appends one, for content dnstap where it says any. */
void framestream_put(struct buf *out, enum framestream_control control);

#endif
