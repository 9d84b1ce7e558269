/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

enum { FIRST_ROOM = 256 };

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){.max = b->max};
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->overflow = false;
}

/* One octet more than asked for is always there, for buf_str's NUL. */
static void
make_room(struct buf *b, size_t n)
{
	size_t room = b->room ? b->room : FIRST_ROOM;

	while (room - b->n <= n)
		room *= 2;
	if (room == b->room)
		return;
	b->p = realloc(b->p, room);
	if (!b->p)
		out_of_memory();
	b->room = room;
}

void
buf_put(struct buf *b, struct span s)
{
	if (s.n > b->max - b->n) {
		s.n = b->max - b->n;
		b->overflow = true;
	}
	if (!s.n)
		return;
	make_room(b, s.n);
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void
buf_putc(struct buf *b, char c)
{
	buf_put(b, (struct span){&c, 1});
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, span_str(s));
}

void
buf_vprintf(struct buf *b, const char *format, va_list args)
{
	va_list again;
	int n;
	char *text;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n < 0)
		abort();
	text = malloc((size_t)n + 1);
	if (!text)
		out_of_memory();
	vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	buf_put(b, (struct span){text, (size_t)n});
	free(text);
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(b, format, args);
	va_end(args);
}

char *
buf_room(struct buf *b, size_t n)
{
	if (n > b->max - b->n) {
		b->overflow = true;
		return NULL;
	}
	make_room(b, n);
	return b->p + b->n;
}

void
buf_added(struct buf *b, size_t n)
{
	b->n += n;
}

const char *
buf_str(struct buf *b)
{
	make_room(b, 0);
	b->p[b->n] = '\0';
	return b->p;
}
