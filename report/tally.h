/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally - what is kept of all sets for what is said of operators: of each set its id, its operator,
 * its From domain and the nine states, a few hundred octets.
 *
 * Texts and combinations of states that were there before are kept once. */
#ifndef EMT_REPORT_TALLY_H
#define EMT_REPORT_TALLY_H

#include "report/share.h"

/* Of a row of the matrix. */
struct tally_operator {
	const char *name;
	/* In the order of the table of capabilities.  Their verdicts know state, resolver, case and
	   rule, their sets id, operator, From domain, time, clients that are ascribed and
	   greylisting. */
	const struct operator_verdict *v;
};

struct tallied {
	struct tally_operator *operators; /* by name */
	size_t operators_n;
	struct operator_verdicts by_sender,
	    by_resolver; /* the former by operator, then capability */
	struct share shares[SHARE_HEADLINES_N];
	size_t sets_n;
	/* Not pooled; by id. */
	const struct probe_set **all_in_one, **without_operator;
	size_t all_in_one_n, without_operator_n;
	int64_t first_us, last_us; /* first evidence of the first and the last set; 0: none */
};

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *t); /* NULL is fine */

/* Copies what it keeps. */
void tally_add(struct tally *t, const struct probe_set *set, const struct verdicts *verdicts);

/* All that was added, worked out; it lives as long as the tally.  Once. */
const struct tallied *tally_end(struct tally *t);

#endif
