/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source - one file of queries, whatever its kind: dnstap, a text log, a capture, or records of
 * emt-queries itself.  The kind is found by its first octets; all may be compressed (io/packed.h).
 *
 * A source is pulled: source_next gives the next query or answer in the order of the file. */
#ifndef EMT_SOURCE_H
#define EMT_SOURCE_H

#include "queryparse/query.h"

struct source;

struct source_params {
	const struct zone *zone; /* of stamps without one; copied */
	int year;                /* of the first line, where stamps lack it; 0: found out */
	int64_t now_us;
	bool takes_records; /* query/1 lines, too */
};

struct source_counts {
	uint64_t units;        /* lines, frames, packets */
	uint64_t unrecognised; /* lines that are of something else; packets of other ports */
	uint64_t damaged;      /* what is cut or broken */
	uint64_t lost_streams; /* TCP connections of which something is missing */
};

enum source_st {
	SOURCE_QUERY,
	SOURCE_END,
	SOURCE_FAILED, /* reported; the file cannot be read on */
};

/* `fd` is borrowed; `name` is for messages. */
struct source *source_new(
    const struct source_params *params, const char *name, int fd, bool is_regular);
void source_free(struct source *s); /* NULL is fine */

enum source_st source_next(struct source *s, struct query *q) __attribute__((warn_unused_result));

/* The failure was one of reading, which may be better the next time. */
bool source_may_recover(const struct source *s);
struct source_counts source_counts(const struct source *s);

/* The same for one line or frame that comes from elsewhere (io/follow.h). */
struct source_reader {
	struct logtime time;
	struct source_counts counts;
};

void source_reader_init(struct source_reader *r, const struct source_params *params);
bool source_read_unit(struct source_reader *r, struct span unit, bool is_frame, struct query *q)
    __attribute__((warn_unused_result));

#endif
