/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/daylines.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"

enum { BLOCK = 256 * 1024 };

void
daylines_init(struct daylines *d, int fd, int64_t offset)
{
	*d = (struct daylines){.fd = fd, .at = offset, .offset = offset};
}

void
daylines_free(struct daylines *d)
{
	free(d->buf);
	d->buf = NULL;
}

/* Reads on behind what is held; false at the end. */
static bool
fill(struct daylines *d)
{
	ssize_t n;

	if (d->start) {
		memmove(d->buf, d->buf + d->start, d->end - d->start);
		d->end -= d->start;
		d->start = 0;
	}
	if (d->end == DAYLINES_MAX) {
		d->is_long = true;
		d->end = 0;
	}
	if (d->room - d->end < BLOCK) {
		d->room = d->room * 2 < DAYLINES_MAX ? d->room * 2 + BLOCK : DAYLINES_MAX;
		d->buf = must(realloc(d->buf, d->room));
	}
	do
		n = pread(d->fd, d->buf + d->end, d->room - d->end, d->at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		d->error = errno;
	if (n <= 0)
		return false;
	d->end += (size_t)n;
	d->at += n;
	return true;
}

bool
daylines_next(struct daylines *d, struct span *line)
{
	size_t looked = 0;

	for (;;) {
		struct span held = {d->buf + d->start, d->end - d->start};
		size_t n = looked + span_find(span_from(held, looked), '\n');

		if (n < held.n) {
			d->start += n + 1;
			d->offset = d->at - (int64_t)(d->end - d->start);
			*line = (struct span){d->is_long ? NULL : held.p, d->is_long ? 0 : n};
			d->is_long = false;
			return true;
		}
		looked = held.n == DAYLINES_MAX ? 0 : held.n;
		if (!fill(d))
			return false;
	}
}
