/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timeline - the evidence of a set in the order of time, as a list in a page: submission, query,
 * connection with its dialogue, mail, returned mail, and red health between. */
#ifndef EMT_REPORT_TIMELINE_H
#define EMT_REPORT_TIMELINE_H

#include "report/page.h"

struct event {
	const struct item *item; /* NULL: health */
	const struct health *health;
	const struct probe *probe;
	size_t number;        /* of its anchor */
	const char *dialogue; /* JSON of the index; NULL: none */
	int64_t time_us;
};

struct timeline {
	struct event *v; /* by time */
	size_t n, left_out;
};

/* Before the set is veiled: sessions are found by their ids.  Borrows the set. */
struct timeline timeline_of(struct arena *a, struct store *s, const struct probe_set *set);

/* The anchor of a record, "e12"; NULL: it is not in the list. */
const char *timeline_anchor(struct arena *a, const struct timeline *t, const struct item *item);

void timeline_put(struct page *p, const struct timeline *t);

#endif
