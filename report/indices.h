/* SPDX-License-Identifier: GPL-3.0-or-later */
/* indices - when the indices of the tables are made.
 *
 * Tokens, addresses and ids come in no order, so each row that is added writes to any page of an
 * index of them.  While these fit into memory that is cheap; what fills an empty index with the
 * records of years would write each page many times over.  So the first ingest takes the indices
 * away, and makes each at its end, sorted.  What it took away is written down in the index itself
 * (table postponed), so that the run after a kill goes on, and nobody reads without. */
#ifndef EMT_REPORT_INDICES_H
#define EMT_REPORT_INDICES_H

#include "report/store.h"

/* Takes the indices away if nothing was ever read into the tables. */
void indices_postpone(struct store *s);

/* Makes those that were taken away; `tell`, which may be NULL, hears of each before. */
typedef void indices_tell(void *arg, const char *name);
void indices_make(struct store *s, indices_tell *tell, void *arg);

/* NULL, or that they are away and the mend. */
const char *indices_check(struct arena *a, struct store *s, const char *path);

#endif
