/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draw - the probes of a set and the order of sending: the case without a control first and last,
 * all others once, in an order that the seed gives.
 *
 * The order is random so that nothing that changes with time (a resolver that warms up, a sender
 * that is throttled) always meets the same case; the seed is in the ledger, so that the order can
 * be made again.  Numbers are by name of the test case, from 1; the last probe has the highest. */
#ifndef EMT_DRAW_H
#define EMT_DRAW_H

#include "plan/testcase.h"
#include "probe/ledger.h"

/* NULL, or what is wrong with the test cases.  Fills in testcase, number and position, by position;
 * the array lives in the arena. */
const char *draw_set(struct arena *a, const struct testcases *cases, int64_t seed,
    struct ledger_probe **probes, size_t *n) __attribute__((warn_unused_result));

#endif
