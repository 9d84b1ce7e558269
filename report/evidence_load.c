/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/evidence_load.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/ascription.h"
#include "report/clock_marks.h"
#include "report/evidence_parts.h"
#include "report/set_clock.h"

#define SET_COLUMNS "id, participant, address, provider, created, mode"

/* Gaps of all servers, joined where they touch. */
static void
read_gaps(struct evidence_loader *e)
{
	/* One whose start nobody knows began before anything was collected. */
	struct statement *row = store_prepare(e->store,
	    "SELECT COALESCE(since, 0), until FROM query_gap ORDER BY COALESCE(since, 0), until");
	size_t room = 0;

	while (statement_row(row)) {
		int64_t since = statement_get_int(row, 0), until = statement_get_int(row, 1);

		if (e->gaps_n && since <= e->gaps[e->gaps_n - 1][1]) {
			if (until > e->gaps[e->gaps_n - 1][1])
				e->gaps[e->gaps_n - 1][1] = until;
			continue;
		}
		if (e->gaps_n == room) {
			room = room ? 2 * room : 64;
			e->gaps = arena_grow(e->arena, e->gaps, e->gaps_n, room, sizeof *e->gaps);
		}
		e->gaps[e->gaps_n][0] = since;
		e->gaps[e->gaps_n++][1] = until;
	}
}

struct evidence_loader *
evidence_loader_open(
    struct store *s, const struct testcases *cases, const struct evidence_params *params)
{
	struct arena *a = arena_new();
	struct evidence_loader *e = arena_alloc(a, sizeof *e);

	*e = (struct evidence_loader){.arena = a, .store = s, .cases = cases, .params = *params};
	e->next_set = store_prepare(
	    s, "SELECT " SET_COLUMNS " FROM probe_set WHERE id > ?1 ORDER BY id LIMIT 1");
	e->find_set = store_prepare(s, "SELECT " SET_COLUMNS " FROM probe_set WHERE id = ?1");
	e->probes = store_prepare(s,
	    "SELECT token, number, position, testcase FROM probe WHERE probe_set = ?1 "
	    "ORDER BY number");
	evidence_rows_prepare(e);
	evidence_bare_prepare(e);
	evidence_cuts_prepare(e);
	read_gaps(e);
	e->health = health_runs_read(a, s, cases, params->health_every_us);
	e->clock = clock_marks_read(a, s, cases);
	return e;
}

void
evidence_loader_close(struct evidence_loader *e)
{
	if (e)
		arena_free(e->arena);
}

/* Cases that this site no longer has are left out. */
static void
take_probes(struct loading *l)
{
	struct statement *row = l->e->probes;
	struct probe_set *set = l->set;
	size_t room = 0;

	statement_str(row, 1, set->id);
	while (statement_row(row)) {
		const struct testcase *t = testcase_find(l->e->cases, statement_get(row, 3));

		if (!t)
			continue;
		if (set->probes_n == room) {
			room = room ? 2 * room : 32;
			set->probes =
			    arena_grow(l->a, set->probes, set->probes_n, room, sizeof *set->probes);
		}
		set->probes[set->probes_n++] = (struct probe){.testcase = t,
		    .token = statement_dup(row, 0, l->a),
		    .number = statement_get_int(row, 1),
		    .position = statement_get_int(row, 2)};
	}
	l->room = arena_alloc(l->a, (set->probes_n + 1) * sizeof *l->room);
}

static int
compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* The gaps that touch the set's time. */
static void
take_gaps(struct loading *l)
{
	struct evidence_loader *e = l->e;
	size_t low = 0, high = e->gaps_n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (e->gaps[middle][1] < l->set->first_us)
			low = middle + 1;
		else
			high = middle;
	}
	l->set->gaps_us = e->gaps ? e->gaps + low : NULL;
	while (low + l->set->gaps_n < e->gaps_n && e->gaps[low + l->set->gaps_n][0] <= l->until_us)
		l->set->gaps_n++;
}

static void
load(struct evidence_loader *e, struct arena *a, struct statement *row, struct probe_set *set)
{
	struct loading l = {.e = e, .a = a, .set = set};
	int64_t around_us = 2 * e->params.health_every_us;

	*set = (struct probe_set){.id = statement_dup(row, 0, a),
	    .participant = statement_dup(row, 1, a),
	    .address = statement_dup(row, 2, a),
	    .provider = statement_dup(row, 3, a),
	    .created_us = statement_get_int(row, 4),
	    .clock = e->clock,
	    .all_in_one = span_eq(statement_get(row, 5), SPAN_LIT("all-in-one"))};
	statement_reset(row);
	take_probes(&l);
	for (size_t p = 0; p < set->probes_n; p++)
		evidence_rows(&l, p);
	ascribe(set);
	set_clock(set);
	for (size_t p = 0; p < set->probes_n; p++)
		evidence_rows_of_anybody(&l, p);
	evidence_home(&l);
	if (set->first_us) {
		l.until_us = set->first_us + e->params.deadline_us;
		for (size_t p = 0; p < set->probes_n; p++) {
			evidence_bare(&l, p);
			evidence_cuts(&l, p);
		}
		evidence_home(&l); /* of the cuts, too */
		evidence_sharing(&l);
		take_gaps(&l);
		health_runs_of(
		    e->health, a, set, set->first_us - around_us, l.until_us + around_us);
	}
	/* Sessions without recipient have come to it. */
	ascribe(set);
	for (size_t p = 0; p < set->probes_n; p++)
		if (set->probes[p].items_n)
			qsort(set->probes[p].items, set->probes[p].items_n,
			    sizeof *set->probes[p].items, compare_items);
}

bool
evidence_loader_next(struct evidence_loader *e, struct arena *a, struct probe_set *set)
{
	struct statement *row = e->next_set;

	statement_str(row, 1, e->last);
	if (!statement_row(row))
		return false;
	load(e, a, row, set);
	snprintf(e->last, sizeof e->last, "%s", set->id);
	return true;
}

bool
evidence_loader_find(
    struct evidence_loader *e, struct arena *a, const char *id, struct probe_set *set)
{
	struct statement *row = e->find_set;

	statement_str(row, 1, id);
	if (!statement_row(row))
		return false;
	load(e, a, row, set);
	return true;
}
