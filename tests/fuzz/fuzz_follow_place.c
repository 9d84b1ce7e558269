/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a place: it is refused, or it is written again octet for octet, and its numbers do
 * not contradict each other. */
#include <stdint.h>
#include <stdlib.h>

#include "io/follow_place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_mark(const struct follow_mark *m)
{
	if (m->head_len > FOLLOW_HEAD_MAX || m->head_len > m->offset || m->offset > m->size ||
	    m->changed_ns < 0 || (m->inode && m->offset && !m->head_len))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct follow_place place;
	struct buf again;

	if (!follow_place_parse(text, &place)) {
		if (place.part.inode || place.before.inode)
			abort();
		return 0;
	}
	check_mark(&place.part);
	check_mark(&place.before);
	buf_init(&again, FOLLOW_PLACE_TEXT_MAX);
	follow_place_put(&again, &place);
	if (again.overflow || !span_eq(buf_span(&again), text))
		abort();
	buf_free(&again);
	return 0;
}
