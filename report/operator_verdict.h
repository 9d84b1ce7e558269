/* SPDX-License-Identifier: GPL-3.0-or-later */
/* operator_verdict - what the sets of one operator show together, one verdict for each capability.
 *
 * Sets are pooled by sending operator, as the client that delivered their mail-ok names it; for
 * capabilities of resolvers also by the operator of the resolver that asked, so that ten providers
 * behind one public resolver are one finding.  A set whose mail-ok nobody delivered has no
 * operator, and one that was sent all in one is another mode: neither is pooled. */
#ifndef EMT_REPORT_OPERATOR_VERDICT_H
#define EMT_REPORT_OPERATOR_VERDICT_H

#include "report/capability.h"
#include "report/greylisting.h"

/* A set and its verdicts. */
struct measured_set {
	const struct probe_set *set;
	const struct verdicts *verdicts;
};

enum operator_kind { OPERATOR_SENDER, OPERATOR_RESOLVER };

struct operator_verdict {
	const struct capability *capability;
	const char *operator;
	enum operator_kind kind;
	enum verdict_state state; /* _MIXED: yes_n of votes_n sets */
	size_t yes_n, votes_n;
	const struct verdict **v; /* one of each set, by set id */
	const struct probe_set **sets;
	size_t sets_n;
	size_t domains_n;  /* different From domains of these sets, at least 1 */
	size_t ascribed_n; /* sets with clients without a name that count as the sender's */
	size_t either_n;   /* votes of sets together that none has alone (either.h) */
	struct greylisting_summary greylisting; /* of a sender, on greylisting-retry alone */
	const char *note;                       /* NULL: nothing to say */
};

struct operator_verdicts {
	struct operator_verdict
	    *v; /* in the order of the table of capabilities, then by operator */
	size_t n;
};

/* By sender: all capabilities; by resolver: those of resolvers.  Where nobody knows which resolver
 * asked, the sending operator stands for it.  Borrows the sets. */
struct operator_verdicts operator_verdicts(
    struct arena *a, const struct measured_set *sets, size_t n, enum operator_kind kind);

#endif
