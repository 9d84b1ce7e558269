/* SPDX-License-Identifier: GPL-3.0-or-later */
/* set_notes - what lists of sets need of each set, by group, outside of memory: a report on a
 * hundred thousand sets takes no more of it than one on a thousand.
 *
 * A group is whatever its owner gives a number to.  Sets come back by id. */
#ifndef EMT_REPORT_SET_NOTES_H
#define EMT_REPORT_SET_NOTES_H

#include "report/capability.h"

struct set_note {
	const char *id, *from_domain; /* the latter may be NULL */
	int64_t first_us;             /* 0: no evidence */
	enum verdict_state state[CAPABILITIES_N];
};

struct set_notes;

struct set_notes *set_notes_new(void);
void set_notes_free(struct set_notes *n); /* NULL is fine */

/* A group without sets. */
int64_t set_notes_group(struct set_notes *n);

/* Once for each group and set. */
void set_notes_add(struct set_notes *n, int64_t group, const struct probe_set *set,
    const struct verdicts *verdicts);

/* How many different From domains the sets of a group have. */
size_t set_notes_domains(struct set_notes *n, int64_t group);

/* The first ones behind the id `after` ("": from the start), at most `max`; their number. */
size_t set_notes_read(struct set_notes *n, struct arena *a, int64_t group, const char *after,
    size_t max, struct set_note **v);

#endif
