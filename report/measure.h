/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure - the probe sets of an index, one after the other, each with its verdicts at a time: what
 * every output of emt-report begins with.  One set is in memory at a time. */
#ifndef EMT_REPORT_MEASURE_H
#define EMT_REPORT_MEASURE_H

#include "report/evidence_load.h"
#include "report/verdict.h"

struct measure {
	struct store *store;
	const char *share; /* folder of schema/, testcases/, pages/ */
	struct testcases cases;
	struct verdict_settings settings;
	struct evidence_loader *loader;
	int64_t now_us;
};

/* `share` may be NULL: beside the program.  NULL, or one line that says what is wrong and the mend;
 * measure_close in either case. */
const char *measure_open(struct arena *a, const char *db, const char *share,
    const struct verdict_settings *settings, int64_t now_us, struct measure *m)
    __attribute__((warn_unused_result));
void measure_close(struct measure *m);

/* How many sets there are. */
uint64_t measure_count(struct measure *m);

/* The next set by id, in the arena; false: there is none. */
bool measure_next(
    struct measure *m, struct arena *a, struct probe_set *set, struct verdicts *verdicts);

#endif
