/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge - the verdict on one test case of a set: its file's rules, put to what was seen.
 *
 * The first rule of the file whose evidence is there decides.  What was stored, asked for over IPv6
 * or tried twice decides at once.  What a session without recipient shows needs controls and site
 * fine.  What rests on something that did not come also needs the deadline, or a final DSN.  What
 * rests on absence alone also needs a query with the token, or a DSN, to be more than unexplained.
 * As long as that may still come the verdict is pending; afterwards it is inconclusive. */
#ifndef EMT_REPORT_JUDGE_H
#define EMT_REPORT_JUDGE_H

#include "report/ladder.h"

struct judge {
	struct arena *a;
	const struct probe_set *set;
	const struct testcases *cases;
	const struct verdict_settings *settings;
	int64_t now_us;
	struct ladder *ladders; /* of each probe of the set, in its order */
};

/* Climbs all ladders. */
struct judge judge_new(struct arena *a, const struct probe_set *set, const struct testcases *cases,
    const struct verdict_settings *settings, int64_t now_us);

/* False if the set has no probe of that case, or the case no rules. */
bool judge_case(const struct judge *j, const struct testcase *t, struct verdict *v)
    __attribute__((warn_unused_result));

/* Lists the controls that a verdict on the case needs, with what became of them: its own, and both
 * probes of the root of all controls, the first and the last of the set.  NULL if all are fine,
 * else which is not, in words. */
const char *judge_controls(const struct judge *j, const struct testcase *t, struct verdict *v);

/* A probe's time is over: its deadline has passed, or a final DSN came. */
bool judge_is_over(const struct judge *j, const struct ladder *l);
int64_t judge_end_us(const struct judge *j, const struct ladder *l);

/* The set's own. */
int64_t judge_deadline_us(const struct judge *j);

#endif
