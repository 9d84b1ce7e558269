/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder - how far one probe was seen to get, and which evidence of rules (plan/testcase.h) that
 * is, each with the items that show it.
 *
 * What never counts: items of other operators than the set's (foreign), items that may be
 * anybody's, those that name another case or token than the probe's.  Of a probe that the ledger
 * knows not to have been submitted nothing counts but a mail, or its address as a recipient, by the
 * set's operator.  A session without recipient counts only at addresses of the case's own, from a
 * client that delivered another probe of the set (the same address, or the same confirmed
 * registered domain and, where known, a greeting and an AS that fit), not before the set's clock,
 * not after the probe's mail nor after its final DSN, and if such a client came at least twice: a
 * scanner does all else as well.  A query does not count before the probe was sent, one at the cut
 * only within minutes of that, and a DSN beside something else that shows that it was.
 *
 * Everything lives in the arena and borrows the set. */
#ifndef EMT_REPORT_LADDER_H
#define EMT_REPORT_LADDER_H

#include "report/verdict.h"

enum rung {
	RUNG_NOTHING,
	RUNG_SUBMITTED, /* 250 of the provider's submission server */
	RUNG_MX_ASKED,
	RUNG_ADDRESS_ASKED,
	RUNG_CONNECTED,
	RUNG_EHLO,
	RUNG_STARTTLS,
	RUNG_TLS,
	RUNG_RECIPIENT,
	RUNG_ACCEPTED,
	RUNG_STORED,
	RUNGS_N
};

extern const char *const rung_names[RUNGS_N];

/* When evidence may decide, and what it needs beside itself. */
enum evidence_weight {
	DECIDES,          /* at once, alone */
	NEEDS_CONTROLS,   /* at once, with controls and site fine */
	NEEDS_PATIENCE,   /* it or its meaning rests on what did not come: also the deadline */
	NEEDS_EXPLANATION /* on absence alone: also queries or a DSN that tell that it was sent */
};

extern const enum evidence_weight evidence_weights[EVIDENCE_N];

struct shown {
	bool there;
	const struct item **items; /* by time, the first SHOWN_MAX */
	size_t n;
};

enum { SHOWN_MAX = 50 };

struct ladder {
	const struct probe *probe;
	enum rung rung;
	struct shown seen[EVIDENCE_N];
	const struct item *refused;   /* the last refusal at submission, if nothing was accepted */
	const struct item *final_dsn; /* the first one since the probe was submitted last */
	const struct item *undelivered; /* the last one that our own host could not store */
	const struct item *foreign_mail, *other_sender, *quick_return;
	const struct item *stepped; /* an attempt that another clock than the one before timed */
	/* A query over IPv6 by the set's path that is no evidence of this probe's: whoever made it,
	   "no IPv6" is not to be said of its resolver. */
	const struct item *ipv6_elsewhere;
	bool submitted, tried; /* a submission was accepted; one is on record at all */
	bool smtp;             /* it was seen at a host of ours */
	bool taken;            /* a host of ours accepted it */
	bool explained;        /* a query with its token, or a DSN: the provider sent it */
};

struct ladder ladder_climb(struct arena *a, const struct probe_set *set, const struct probe *probe,
    const struct verdict_settings *settings, int64_t now_us);

/* What finishes a probe is written by the provider's clock: so much later by ours it is finished.
 */
#define LADDER_CLOCKS_US ((int64_t)60 * 1000000)

/* Does this item of the probe count as evidence about it?  Of a session without recipient: all but
 * that there must be two. */
bool ladder_counts(const struct probe_set *set, const struct probe *probe, const struct item *item);

#endif
