/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query_json - a query as one line of JSON: query/1, or query-gap/1 for a time in which queries may
 * be missing (schema/).  And a line back into a query, as far as emt-queries summary needs it. */
#ifndef EMT_QUERY_JSON_H
#define EMT_QUERY_JSON_H

#include "queryparse/query.h"
#include "queryparse/subject.h"

/* Appends the line.  `id` is the record's; `retry_of` that of the query whose truncated answer this
 * one follows over TCP, or NULL. */
void query_json_put(struct buf *out, const struct query *q, const struct subject *subject,
    const char *id, const char *retry_of);

enum query_json_read {
	QUERY_READ_OK,
	QUERY_READ_OTHER, /* a record of another kind */
	QUERY_READ_BAD,
};

/* Reads a line. */
enum query_json_read query_json_read(struct span line, struct query *q)
    __attribute__((warn_unused_result));

#endif
