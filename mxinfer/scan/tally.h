/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally - how often each outcome came, by its word. */
#ifndef EMT_MXINFER_SCAN_TALLY_H
#define EMT_MXINFER_SCAN_TALLY_H

#include <stddef.h>
#include <stdint.h>

enum { TALLY_MAX = 40 }; /* words; there are not so many outcomes of one kind */

/* Words are borrowed for ever: they are our own names of outcomes. */
struct tally {
	struct tally_word {
		const char *word;
		uint64_t n;
	} v[TALLY_MAX];
	size_t n;
};

void tally_add(struct tally *t, const char *word);
uint64_t tally_of(const struct tally *t, const char *word);
uint64_t tally_sum(const struct tally *t);

/* What a run did so far. */
struct scan_tally {
	struct tally domains;   /* outcomes of look-ups */
	struct tally addresses; /* outcomes of visits, "blocked", "dry-run" */
	struct tally starttls, verify, dane;
	uint64_t invalid, repeated; /* domains of the input that were none, or came before */
	uint64_t resumed_domains, resumed_addresses; /* had a record before this run */
};

#endif
