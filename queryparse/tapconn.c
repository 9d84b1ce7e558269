/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/tapconn.h"

#include "io/lines.h"
#include "queryparse/framestream.h"

enum { IN_MAX = 2 * 1024 * 1024 }; /* octets that the caller gives at once, and a frame */

void
tapconn_init(struct tapconn *c, void (*frame)(void *state, struct span frame), void *state)
{
	*c = (struct tapconn){.state = TAPCONN_NEW, .frame = frame, .frame_state = state};
	buf_init(&c->in, IN_MAX);
}

void
tapconn_free(struct tapconn *c)
{
	buf_free(&c->in);
}

size_t
tapconn_rest(const struct tapconn *c)
{
	return c->in.n - c->start;
}

static void
take_control(struct tapconn *c, struct span frame, struct buf *reply)
{
	enum framestream_control control = framestream_read(frame);

	if (c->state == TAPCONN_NEW && control == CONTROL_READY) {
		c->state = TAPCONN_READY;
		framestream_put(reply, CONTROL_ACCEPT);
	} else if (c->state != TAPCONN_STARTED && control == CONTROL_START) {
		c->state = TAPCONN_STARTED;
	} else if (c->state == TAPCONN_STARTED && control == CONTROL_STOP) {
		c->state = TAPCONN_STOPPED;
		framestream_put(reply, CONTROL_FINISH);
	} else {
		c->state = TAPCONN_BROKEN;
	}
}

static void
take_frame(struct tapconn *c, struct span frame, struct buf *reply)
{
	if (span_starts(frame, LINES_FRAMES_START))
		take_control(c, frame, reply);
	else if (c->state == TAPCONN_STARTED)
		c->frame(c->frame_state, frame);
	else
		c->state = TAPCONN_BROKEN;
}

void
tapconn_take(struct tapconn *c, struct span octets, struct buf *reply)
{
	buf_put(&c->in, octets);
	if (c->in.overflow)
		c->state = TAPCONN_BROKEN;
	while (c->state != TAPCONN_STOPPED && c->state != TAPCONN_BROKEN) {
		struct span held = span_from(buf_span(&c->in), c->start);
		uint64_t size = lines_frame_size(NULL, held);

		if (size > TAPCONN_FRAME_MAX) {
			c->state = TAPCONN_BROKEN;
			break;
		}
		if (!size || size > held.n)
			break;
		take_frame(c, (struct span){held.p, (size_t)size}, reply);
		c->start += (size_t)size;
	}
	/* What is left moves to the front. */
	if (c->start)
		memmove(c->in.p, c->in.p + c->start, c->in.n - c->start);
	c->in.n -= c->start;
	c->start = 0;
}
