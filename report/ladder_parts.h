/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder_parts - what ladder.c and ladder_counts.c share. */
#ifndef EMT_REPORT_LADDER_PARTS_H
#define EMT_REPORT_LADDER_PARTS_H

#include "report/ladder.h"

/* Two texts that are known, but for the case of letters. */
static inline bool
ladder_same_text(const char *a, const char *b)
{
	return a && b && span_ieq(span_str(a), span_str(b));
}

/* It names another case or token than the probe's. */
static inline bool
ladder_names_another(const struct probe *probe, const struct item *item)
{
	return (item->testcase && item->testcase != probe->testcase) ||
	       (item->token && !ladder_same_text(item->token, probe->token));
}

/* It may be of the path that the probe took: neither somebody else's nor anybody's. */
static inline bool
ladder_is_of_path(const struct probe *probe, const struct item *item)
{
	return !item->foreign && item->certainty != BACKGROUND &&
	       !ladder_names_another(probe, item);
}

/* When an attempt was by our host's clock, beside what the ledger and the notifications tell by
 * other clocks (LADDER_CLOCKS_US is left to them). */
enum probe_time { BEFORE_IT_WAS_SENT, UNDER_WAY, AFTER_IT_WAS_GIVEN_UP };

enum probe_time ladder_time(
    const struct probe_set *set, const struct probe *probe, const struct item *item);

#endif
