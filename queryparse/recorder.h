/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorder - queries in the order of time become records: each gets its id, its subject, and the
 * query that it repeats over TCP because the answer was truncated (RFC 7766 section 5).
 *
 * The id is made of what the source tells of the query, so it is the same in every run over the
 * same input; of several that are alike in all of it (PowerDNS tells neither port nor fractions of
 * a second) each has another one. */
#ifndef EMT_RECORDER_H
#define EMT_RECORDER_H

#include "queryparse/query_json.h"

struct recorder;

/* `subjects` is borrowed. */
struct recorder *recorder_new(const struct subjects *subjects);
void recorder_free(struct recorder *r); /* NULL is fine */

/* Appends the record, one line. */
void recorder_put(struct recorder *r, const struct query *q, struct buf *out);

/* What later ids and repeats depend on, for the state of a run. */
void recorder_code(struct codec *c, struct recorder *r);

#endif
