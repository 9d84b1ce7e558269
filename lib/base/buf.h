/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buf - a growing run of bytes that was born with its limit.
 *
 * What goes over the limit is dropped and `overflow` stays set: the caller looks once, at the end.
 * A buf owns its memory; buf_free gives it back.  As in an arena, running out of memory ends the
 * program with 75. */
#ifndef EMT_BUF_H
#define EMT_BUF_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/span.h"

struct buf {
	char *p;
	size_t n, room, max; /* octets: held, allocated, allowed */
	bool overflow;       /* something was dropped */
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);

void buf_clear(struct buf *b); /* empties it; keeps the memory and forgets an overflow */
void buf_put(struct buf *b, struct span s);
void buf_putc(struct buf *b, char c);
void buf_puts(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args);

/* Room for n more octets, to be filled from outside; NULL if that goes over the limit.  buf_added
 * says how many came. */
char *buf_room(struct buf *b, size_t n);
void buf_added(struct buf *b, size_t n);

static inline struct span
buf_span(const struct buf *b)
{
	return (struct span){b->p, b->n};
}

/* The bytes with a NUL behind them (which does not count). */
const char *buf_str(struct buf *b);

#endif
