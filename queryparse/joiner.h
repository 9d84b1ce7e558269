/* SPDX-License-Identifier: GPL-3.0-or-later */
/* joiner - queries and answers in any order, into queries with their answers in the order of time.
 *
 * Name servers with several threads tell of queries out of order, and of an answer some time after
 * its query.  So a query waits for `window_us`, by the clock of what comes in, for those that were
 * asked before it and for its answer: the oldest open query with the same client, port, id and
 * protocol.  One stamp more than an hour ahead of the others does not move that clock, a second one
 * next to it does.  The waiting is bounded: when `held_max` wait, the oldest goes.  What comes too
 * late for its place is passed on at once, and counted.  An answer whose query never came is passed
 * on as what is left of it. */
#ifndef EMT_JOINER_H
#define EMT_JOINER_H

#include "queryparse/query.h"

struct joiner;

struct joiner_params {
	int64_t window_us;
	size_t held_max;
	void (*write)(void *state, const struct query *q); /* in the order of time_us */
	void *state;
};

struct joiner_counts {
	uint64_t queries, answers; /* that came in */
	uint64_t unanswered;       /* queries that were passed on without an answer */
	uint64_t orphans;          /* answers without a query */
	uint64_t late;             /* passed on after one of a later time */
};

struct joiner *joiner_new(const struct joiner_params *params);
void joiner_free(struct joiner *j); /* NULL is fine; what waits is forgotten */

/* Takes one; it is copied. */
void joiner_add(struct joiner *j, const struct query *q);

/* Passes on what is of a time up to `until_us`, and all of it at the end of the input. */
void joiner_release(struct joiner *j, int64_t until_us);
void joiner_end(struct joiner *j);

/* Would joiner_release pass on anything? */
bool joiner_has_until(const struct joiner *j, int64_t until_us);

const struct joiner_counts *joiner_counts(const struct joiner *j);

/* What waits, for the state of a run; it stays.  Reading: into a new joiner. */
void joiner_code(struct codec *c, struct joiner *j);

#endif
