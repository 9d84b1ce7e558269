/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/set_notes.h"

#include <stdlib.h>

#include "report/store.h"

struct set_notes {
	struct store *store;
	struct statement *add, *domains, *read;
	int64_t groups_n;
};

struct set_notes *
set_notes_new(void)
{
	struct set_notes *n = must(calloc(1, sizeof *n));

	n->store = store_open_spill();
	store_exec(n->store,
	    "CREATE TABLE note (grp INTEGER NOT NULL, id TEXT NOT NULL, domain TEXT, "
	    "first INTEGER NOT NULL, states BLOB NOT NULL, PRIMARY KEY (grp, id)) WITHOUT ROWID");
	/* Never committed: it ends with the run. */
	store_hold(n->store);
	n->add = store_prepare(n->store, "INSERT INTO note VALUES (?1, ?2, ?3, ?4, ?5)");
	n->domains =
	    store_prepare(n->store, "SELECT COUNT(DISTINCT domain) FROM note WHERE grp = ?1");
	n->read = store_prepare(n->store,
	    "SELECT id, domain, first, states FROM note WHERE grp = ?1 AND id > ?2 ORDER BY id "
	    "LIMIT ?3");
	return n;
}

void
set_notes_free(struct set_notes *n)
{
	if (!n)
		return;
	store_close(n->store);
	free(n);
}

int64_t
set_notes_group(struct set_notes *n)
{
	return ++n->groups_n;
}

void
set_notes_add(struct set_notes *n, int64_t group, const struct probe_set *set,
    const struct verdicts *verdicts)
{
	char states[CAPABILITIES_N];

	_Static_assert(VERDICT_STATES_N <= 127, "an octet holds a state");
	for (size_t i = 0; i < CAPABILITIES_N; i++)
		states[i] = (char)verdicts->v[i].state;
	statement_int(n->add, 1, group);
	statement_str(n->add, 2, set->id);
	statement_str(n->add, 3, set->from_domain);
	statement_int(n->add, 4, set->first_us);
	statement_blob(n->add, 5, (struct span){states, sizeof states});
	statement_run(n->add);
}

size_t
set_notes_domains(struct set_notes *n, int64_t group)
{
	size_t domains;

	statement_int(n->domains, 1, group);
	domains = statement_row(n->domains) ? (size_t)statement_get_int(n->domains, 0) : 0;
	statement_reset(n->domains);
	return domains;
}

size_t
set_notes_read(struct set_notes *n, struct arena *a, int64_t group, const char *after, size_t max,
    struct set_note **v)
{
	struct statement *row = n->read;
	size_t read = 0;

	*v = arena_alloc(a, (max + 1) * sizeof **v);
	statement_int(row, 1, group);
	statement_str(row, 2, after);
	statement_int(row, 3, (int64_t)max);
	while (statement_row(row)) {
		struct set_note *note = &(*v)[read++];
		struct span states = statement_get(row, 3);

		note->id = statement_dup(row, 0, a);
		note->from_domain = statement_dup(row, 1, a);
		note->first_us = statement_get_int(row, 2);
		for (size_t i = 0; i < states.n && i < CAPABILITIES_N; i++)
			note->state[i] = (enum verdict_state)states.p[i];
	}
	return read;
}
