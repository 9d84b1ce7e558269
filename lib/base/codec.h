/* SPDX-License-Identifier: GPL-3.0-or-later */
/* codec - a struct to octets and back, both by one description.
 *
 * A function that visits each member of a struct with code_* is the format: with `out` set it
 * appends them, else it reads them from `in` and copies into the arena.  So what is written and
 * what is read cannot drift apart.  Numbers have eight octets, least significant first, so that the
 * octets mean the same on every machine.  Reading is bounded and its error is the cursor's:
 * sticky, asked for once, at the end. */
#ifndef EMT_CODEC_H
#define EMT_CODEC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"

struct codec {
	struct buf *out;     /* set: writes; NULL: reads */
	struct cursor in;    /* what is left to read */
	struct arena *arena; /* of what is read */
};

void code_i64(struct codec *c, int64_t *value);
void code_u64(struct codec *c, uint64_t *value);
void code_int(struct codec *c, int *value);
void code_uint(struct codec *c, unsigned *value);
void code_bool(struct codec *c, bool *value);

/* A span with p == NULL stays one. */
void code_span(struct codec *c, struct span *s);

/* Exactly n octets at p. */
void code_octets(struct codec *c, void *p, size_t n);

/* The number of elements that follow.  Reading, one that is above `max` or cannot be true (there
 * are fewer octets left than elements) fails and gives 0. */
void code_count(struct codec *c, size_t *n, size_t max);

/* An enum, by way of an int: 0 to max. */
#define CODE_ENUM(c, field, max) \
	do { \
		int code_value_ = (int)*(field); \
\
		code_int((c), &code_value_); \
		if (code_value_ < 0 || code_value_ > (int)(max)) \
			cur_fail(&(c)->in); \
		else \
			*(field) = code_value_; \
	} while (0)

#endif
