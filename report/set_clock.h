/* SPDX-License-Identifier: GPL-3.0-or-later */
/* set_clock - since when a set runs, and which of its probes were sent (METHOD in docs/method.md).
 *
 * A third party can make queries, mails of its own and notifications with any date: none of them
 * moves the clock.  The ledger's submissions do, and without it what the set's operator did. */
#ifndef EMT_REPORT_SET_CLOCK_H
#define EMT_REPORT_SET_CLOCK_H

#include "report/evidence.h"

/* Clocks of hosts, and of providers, differ by so much. */
#define SET_CLOCKS_US ((int64_t)60 * 1000000)
/* Logs may tell whole seconds alone: a session may seem to be that much before the set. */
#define SET_SECOND_US ((int64_t)1000000)
/* A host asks, and connects: its own queue, slow name servers and attempts at other addresses lie
 * between.  So long after it was sent, too, a probe is first asked for. */
#define SET_NEAR_US ((int64_t)15 * 60 * 1000000)

/* Fills first_us and by_ledger of the set, sent_us and came of its probes; the set is ascribed
 * (ascription.h), and its submissions, attempts and mails are there. */
void set_clock(struct probe_set *set);

/* Did the provider take it, or may it have? */
static inline bool
was_handed_over(const struct item *i)
{
	return i->kind == ITEM_SUBMISSION && (i->accepted || !i->code);
}

#endif
