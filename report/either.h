/* SPDX-License-Identifier: GPL-3.0-or-later */
/* either - what sessions without recipient show of an operator where they may be about a probe of
 * either of several of its sets (METHOD 4: "else it is evidence for the operator").
 *
 * Neither set may count them.  But if there are more of them than sets, one set at least was left
 * twice, whichever is whose; so if all of them, and whatever else was seen of that probe in each of
 * the sets, show the same, and each set would come to the same state with them, that is so of the
 * operator.  Each set says what it sees; who pools them looks whether all have said the same. */
#ifndef EMT_REPORT_EITHER_H
#define EMT_REPORT_EITHER_H

#include "report/verdict.h"

struct either {
	const char *of; /* digest of case, rule and sessions: the same in each of the sets */
	size_t sets_n;  /* that these sessions fit */
	struct verdict verdict; /* what it would be with them: state, case and rule */
};

/* Looks at each capability that is undecided; sets `either` of its verdict or leaves it NULL. */
void either_find(struct arena *a, const struct probe_set *set, const struct testcases *cases,
    const struct verdict_settings *settings, int64_t now_us, struct verdicts *verdicts);

#endif
