/* SPDX-License-Identifier: GPL-3.0-or-later */
/* health_runs - all health records of the index, runs of like ones given once: months of checks
 * every ten minutes are a few records for each part of a case, and a set's share of them is found
 * without looking at the others'. */
#ifndef EMT_REPORT_HEALTH_RUNS_H
#define EMT_REPORT_HEALTH_RUNS_H

#include "report/evidence.h"
#include "report/store.h"

struct health_runs;

/* Reads them, in the arena; `every_us` is the distance up to which two records make one run. */
struct health_runs *health_runs_read(
    struct arena *a, struct store *s, const struct testcases *cases, int64_t every_us);

/* Those of the set's cases that touch the time from `from_us` to `to_us`, by time: set->health. */
void health_runs_of(const struct health_runs *runs, struct arena *a, struct probe_set *set,
    int64_t from_us, int64_t to_us);

#endif
