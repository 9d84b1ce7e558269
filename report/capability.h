/* SPDX-License-Identifier: GPL-3.0-or-later */
/* capability - what verdicts are about: the names of verdict/1, and what each name implies.
 *
 * Which case decides which capability, and by what evidence, is data of the case files; here stands
 * what is the same whatever they say. */
#ifndef EMT_REPORT_CAPABILITY_H
#define EMT_REPORT_CAPABILITY_H

#include "report/verdict.h"

struct capability {
	const char *name;
	/* Something that may be enforced: `strict` is its yes, `not-supported` its no, and
	   `supported` only says that a case which is right does the sender no harm. */
	bool enforced;
	bool of_resolver; /* one vote for each operator of resolvers, not of mail servers */
	bool of_retries;  /* facts of greylisting stand beside it */
	bool by_keys;     /* asking at a cut shows something only if it is for DS or DNSKEY */
	const char
	    *headline; /* one of the five shares of the paper: "resolve over IPv6"; or NULL */
};

enum { CAPABILITIES_N = 9 };

extern const struct capability capabilities[CAPABILITIES_N];

/* NULL if `name` is NULL or nothing is called that. */
const struct capability *capability_find(const char *name);

/* What a state says of a capability. */
enum vote { VOTE_NONE, VOTE_YES, VOTE_NO };
enum vote capability_vote(const struct capability *c, enum verdict_state state);

/* Where no verdict of several decides, the one that tells most: the larger, the more. */
int verdict_state_weight(enum verdict_state state);

/* The verdict on a capability of a set from those on its cases (v, of the set, borrowed for as long
 * as the arena lives), as docs/method.md says:
 *
 * - inconsistent if a case says so, or disagrees with its own control;
 * - broken if a case is, and none says no: who does not look at a thing cannot fail on it;
 * - `supported` of a capability that is enforced only clears the way for the other cases;
 * - yes and no of different cases are mixed, k/n;
 * - who was let in at once by one host and challenged by the other was challenged;
 * - a verdict stands beside cases that are undecided; of undecided ones alone the one that tells
 *   most. */
struct verdict capability_combine(
    struct arena *a, const struct capability *c, const struct verdict **v, size_t n);

#endif
