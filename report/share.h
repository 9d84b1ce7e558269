/* SPDX-License-Identifier: GPL-3.0-or-later */
/* share - how many operators say yes to a capability, with all that keeps the number honest.
 *
 * One vote an operator.  Who is undecided is not left out in silence: the share is of those that
 * decided, and beside it stand how many did not, and the bounds if all of them said no, or yes.
 * Weighted by domains, an operator counts as often as From domains were seen at it; these are not
 * independent, so the interval is a bootstrap over operators (clusters), never over domains.  Fewer
 * than SHARE_LEAST operators get no interval: it would promise what is not known. */
#ifndef EMT_REPORT_SHARE_H
#define EMT_REPORT_SHARE_H

#include "report/operator_verdict.h"

enum {
	SHARE_LEAST = 20,       /* operators that decided, for an interval */
	SHARE_REPLICATES = 2000 /* of the bootstrap */
};

/* All between 0 and 1. */
struct share_figures {
	uint64_t yes, no, undecided; /* operators, or their domains */
	bool known;                  /* somebody decided: `share` means something */
	double share;                /* yes of yes and no */
	double least, most;          /* of all, if all who are undecided said no; yes */
	bool has_interval;
	double from, to; /* 95 %, percentiles of the bootstrap */
};

struct share {
	const struct capability *capability;
	size_t operators_n;                        /* N: all that were measured */
	size_t mixed_n, pending_n, inconclusive_n; /* undecided: why; the last: all others */
	struct share_figures by_operator, by_domain;
	const char *caption; /* "of 31 operators in this convenience sample" */
};

/* Of the verdicts on one capability; those on others are passed over.  The same verdicts, in any
 * order, and the same seed give the same numbers. */
struct share share_of(struct arena *a, const struct operator_verdicts *verdicts,
    const struct capability *capability, uint64_t seed);

/* The five headline shares of the paper, in its order; resolver findings by resolver operator. */
enum { SHARE_HEADLINES_N = 5 };
void share_headlines(struct arena *a, const struct operator_verdicts *by_sender,
    const struct operator_verdicts *by_resolver, uint64_t seed,
    struct share out[SHARE_HEADLINES_N]);

#endif
