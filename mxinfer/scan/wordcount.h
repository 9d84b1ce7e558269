/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wordcount - how often each outcome came, by its word. */
#ifndef EMT_MXINFER_SCAN_WORDCOUNT_H
#define EMT_MXINFER_SCAN_WORDCOUNT_H

#include <stddef.h>
#include <stdint.h>

enum { WORDCOUNT_MAX = 40 }; /* words; there are not so many outcomes of one kind */

/* Words are borrowed for ever: they are our own names of outcomes. */
struct wordcount {
	struct wordcount_word {
		const char *word;
		uint64_t n;
	} v[WORDCOUNT_MAX];
	size_t n;
};

void wordcount_add(struct wordcount *t, const char *word);
uint64_t wordcount_of(const struct wordcount *t, const char *word);
uint64_t wordcount_sum(const struct wordcount *t);

/* What a run did so far. */
struct scan_tally {
	struct wordcount domains;   /* outcomes of look-ups */
	struct wordcount addresses; /* outcomes of visits, "blocked", "dry-run" */
	struct wordcount starttls, verify, dane;
	uint64_t invalid, repeated; /* domains of the input that were none, or came before */
	uint64_t resumed_domains, resumed_addresses; /* had a record before this run */
};

#endif
