/* SPDX-License-Identifier: GPL-3.0-or-later */
/* greylisting - how the probes of a set came again after they were put off: facts beside the
 * verdict on greylisting-retry, which never decide (METHOD 5).
 *
 * Of attempts since the first 450 at a greylisting host, those that count (ladder.h).  A greylist
 * knows a mail by its client, sender and recipient: who comes again as another is new to it. */
#ifndef EMT_REPORT_GREYLISTING_H
#define EMT_REPORT_GREYLISTING_H

#include "report/evidence.h"

enum { GREYLISTING_GAPS_MAX = 8 /* times between attempts that are kept, the first ones */ };

struct greylisting {
	const struct testcase *testcase;
	uint32_t attempts; /* the first, and the one that was let in, included */
	uint32_t gap_ms[GREYLISTING_GAPS_MAX], gaps_n;
	uint32_t accepted_after_ms; /* since the first attempt */
	bool accepted;
	bool sender_changed; /* between two attempts: SRS, VERP, or the null sender */
	bool client_changed; /* likewise, the address */
};

/* Lists in the set, from the arena, one for each probe that was put off; in their order. */
void greylisting_list(struct arena *a, struct probe_set *set);

/* Of several sets. */
struct greylisting_summary {
	size_t mails, again, accepted, sender_changed, client_changed;
	uint32_t gap_ms, accepted_after_ms; /* medians: of the first gap; 0: there is none */
};

/* What it is worked out from; begins with zeroes. */
struct greylisting_pool {
	struct greylisting_summary counts;
	uint32_t *gap_ms, *accepted_after_ms;
	size_t room; /* of both */
};

void greylisting_add(struct arena *a, struct greylisting_pool *pool, const struct greylisting *g);

/* Puts the pool's values in order. */
struct greylisting_summary greylisting_sum(struct greylisting_pool *pool);

#endif
