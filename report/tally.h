/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally - what is kept of all sets for what is said of operators.  Of each operator that is a few
 * kilooctets in memory; of each set nothing but a note in a file (set_notes.h). */
#ifndef EMT_REPORT_TALLY_H
#define EMT_REPORT_TALLY_H

#include "report/share.h"

/* Of a row of the matrix. */
struct tally_operator {
	const char *name;
	const struct operator_verdict *v; /* in the order of the table of capabilities */
};

/* Sets that are not pooled. */
struct tally_others {
	int64_t group; /* of the notes */
	size_t n;
};

struct tallied {
	struct tally_operator *operators; /* by name */
	size_t operators_n;
	struct operator_verdicts by_sender, by_resolver;
	struct share shares[SHARE_HEADLINES_N];
	size_t sets_n;
	struct tally_others all_in_one, without_operator;
	struct set_notes *notes;   /* borrowed of the tally */
	int64_t first_us, last_us; /* first evidence of the first and the last set; 0: none */
};

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *t); /* NULL is fine */

/* Sets come by id.  Copies what it keeps. */
void tally_add(struct tally *t, const struct probe_set *set, const struct verdicts *verdicts);

/* All that was added, worked out; it lives as long as the tally.  Once. */
const struct tallied *tally_end(struct tally *t);

#endif
