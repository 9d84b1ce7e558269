/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trial - what a verdict on one case is made from, and the ways in which it is said. */
#ifndef EMT_REPORT_TRIAL_H
#define EMT_REPORT_TRIAL_H

#include "report/health_watch.h"
#include "report/judge.h"

struct trial {
	const struct judge *j;
	const struct testcase *t;
	const struct ladder *l; /* the probe that the verdict is about */
	struct verdict *v;
};

void trial_say(struct trial *x, enum verdict_state state, const char *note);

/* The state is said when nothing more can come; until then the verdict is pending.  What waits for
 * the probe itself ends with a final DSN as with the deadline. */
void trial_wait(struct trial *x, enum verdict_state state, const char *note);

/* Inconclusive when it ends.  A control has a deadline of its own, which the probe's DSN does not
 * end.  Where a DSN came, the health record behind it may be under way; the time of one that is
 * red, or of a gap, is over. */
void trial_wait_for_controls(struct trial *x, const char *missing);
void trial_wait_for_health(struct trial *x, const struct health_watch *watch, int64_t until_us);

/* What the verdict rests on. */
void trial_add(struct trial *x, const struct item *item);
void trial_add_all(struct trial *x, const struct item *const *items, size_t n);

/* Queries and DSNs that tell that the provider sent it: what makes absence more than that. */
void trial_add_explanation(struct trial *x);

#endif
