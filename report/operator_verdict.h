/* SPDX-License-Identifier: GPL-3.0-or-later */
/* operator_verdict - what the sets of one operator show together, one verdict for each capability.
 *
 * Sets are pooled by sending operator, as the client that delivered their mail-ok names it; for
 * capabilities of resolvers also by the operator of the resolver that asked, so that ten providers
 * behind one public resolver are one finding.  A set whose mail-ok nobody delivered has no
 * operator, and one that was sent all in one is another mode: neither is pooled.
 *
 * Sets are counted, not kept: memory goes with operators. */
#ifndef EMT_REPORT_OPERATOR_VERDICT_H
#define EMT_REPORT_OPERATOR_VERDICT_H

#include "report/pooled.h"
#include "report/set_notes.h"

enum operator_kind { OPERATOR_SENDER, OPERATOR_RESOLVER };

/* Sets that came to a state by the same rule. */
struct verdict_way {
	enum verdict_state state;
	const struct testcase *testcase;  /* of the rule; without one that of the first set */
	const struct testcase_rule *rule; /* or NULL */
	size_t sets_n;
};

struct operator_verdict {
	const struct capability *capability;
	const char *operator;
	enum operator_kind kind;
	enum verdict_state state; /* _MIXED: yes_n of votes_n sets */
	size_t yes_n, votes_n;
	const struct verdict_way *ways; /* in the order in which they came */
	size_t ways_n;
	size_t sets_n;
	int64_t group;    /* of the notes, in which its sets are */
	size_t domains_n; /* different From domains of these sets, at least 1 */
	size_t either_n;  /* votes of sets together that none has alone (either.h) */
	struct greylisting_summary greylisting; /* of a sender, on greylisting-retry alone */
	const struct pooled *pooled;            /* what else the sets add up to */
	const char *note;                       /* NULL: nothing to say */
};

struct operator_verdicts {
	/* Of senders by operator, then in the order of the table of capabilities, all of them;
	   of resolvers in the order of the table, then by operator. */
	struct operator_verdict *v;
	size_t n;
};

struct operator_pool;

/* By sender: all capabilities; by resolver: those of resolvers.  Where nobody knows which resolver
 * asked, the sending operator stands for it.  The notes are borrowed, and get every set of every
 * group; NULL: From domains are not counted. */
struct operator_pool *operator_pool_new(
    struct arena *a, struct set_notes *notes, enum operator_kind kind);

/* Each set once, in the order of ids: of several states that mean the same the first one counts. */
void operator_pool_add(
    struct operator_pool *p, const struct probe_set *set, const struct verdicts *verdicts);

/* What all that were added show; in the pool's arena.  Once. */
struct operator_verdicts operator_pool_end(struct operator_pool *p);

#endif
