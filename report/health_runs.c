/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/health_runs.h"

#include <stdlib.h>

#include "report/member.h"

/* The runs of one part, by time: v[first] to v[first + n - 1]. */
struct group {
	const struct testcase *testcase;
	size_t first, n;
};

struct health_runs {
	struct health *v;
	size_t n, room;
	struct group *groups;
	size_t groups_n, groups_room;
};

static bool
same_text(const char *a, struct span b)
{
	return span_eq(span_str(a), b);
}

static const char *
id_of(struct arena *a, struct span id)
{
	char text[2 * MEMBER_ID_LEN + 1];

	member_id_text(id, text);
	return arena_dup(a, span_str(text));
}

static struct group *
group_of(struct health_runs *r, struct arena *a, const struct testcase *t, struct statement *row)
{
	struct group *last = r->groups_n ? &r->groups[r->groups_n - 1] : NULL;
	const struct health *h = last ? &r->v[last->first] : NULL;
	struct span family = statement_get(row, 2);

	if (last && last->testcase == t && same_text(h->part, statement_get(row, 1)) &&
	    same_text(h->family ? h->family : "", family))
		return last;
	if (r->groups_n == r->groups_room) {
		size_t room = r->groups_room ? 2 * r->groups_room : 64;

		r->groups = arena_grow(a, r->groups, r->groups_n, room, sizeof *r->groups);
		r->groups_room = room;
	}
	r->groups[r->groups_n] = (struct group){t, r->n, 0};
	return &r->groups[r->groups_n++];
}

/* A red record goes on with one that says the same. */
static bool
goes_on(const struct health *h, struct statement *row, int64_t every_us)
{
	bool ok = statement_get_int(row, 5) != 0;

	return h->ok == ok && statement_get_int(row, 3) - health_until_us(h) <= every_us &&
	       (ok || same_text(h->detail ? h->detail : "", statement_get(row, 6)));
}

static void
add(struct health_runs *r, struct arena *a, const struct testcase *t, struct statement *row,
    int64_t every_us)
{
	struct group *g = group_of(r, a, t, row);
	struct health *last = g->n ? &r->v[g->first + g->n - 1] : NULL;

	if (last && goes_on(last, row, every_us)) {
		last->until_us = statement_get_int(row, 3);
		return;
	}
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : 256;

		r->v = arena_grow(a, r->v, r->n, room, sizeof *r->v);
		r->room = room;
	}
	r->v[r->n++] = (struct health){.id = id_of(a, statement_get(row, 4)),
	    .time_us = statement_get_int(row, 3),
	    .testcase = t,
	    .part = last ? last->part : statement_dup(row, 1, a),
	    .family = !statement_get(row, 2).n ? NULL : statement_dup(row, 2, a),
	    .detail = statement_dup(row, 6, a),
	    .ok = statement_get_int(row, 5) != 0};
	g->n++;
}

struct health_runs *
health_runs_read(struct arena *a, struct store *s, const struct testcases *cases, int64_t every_us)
{
	struct health_runs *r = arena_alloc(a, sizeof *r);
	struct statement *row =
	    store_prepare(s, "SELECT testcase, part, family, time, id, ok, detail FROM health "
			     "ORDER BY testcase, part, family, time, id");
	const struct testcase *t = NULL;

	while (statement_row(row)) {
		struct span name = statement_get(row, 0);

		if (!t || !same_text(t->name, name))
			t = testcase_find(cases, name);
		if (t)
			add(r, a, t, row, every_us);
	}
	return r;
}

/* The first run of the group that is not over before `from_us`. */
static size_t
first_of(const struct health_runs *r, const struct group *g, int64_t from_us)
{
	size_t low = 0, high = g->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (health_until_us(&r->v[g->first + middle]) < from_us)
			low = middle + 1;
		else
			high = middle;
	}
	return g->first + low;
}

static bool
has_case(const struct probe_set *set, const struct testcase *t)
{
	for (size_t i = 0; i < set->probes_n; i++)
		if (set->probes[i].testcase == t)
			return true;
	return false;
}

static int
compare_times(const void *a, const void *b)
{
	const struct health *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return strcmp(x->id, y->id);
}

void
health_runs_of(const struct health_runs *runs, struct arena *a, struct probe_set *set,
    int64_t from_us, int64_t to_us)
{
	size_t room = 0;

	set->health = NULL;
	set->health_n = 0;
	for (size_t i = 0; i < runs->groups_n; i++) {
		const struct group *g = &runs->groups[i];

		if (!has_case(set, g->testcase))
			continue;
		for (size_t k = first_of(runs, g, from_us);
		     k < g->first + g->n && runs->v[k].time_us <= to_us; k++) {
			if (set->health_n == room) {
				room = room ? 2 * room : 256;
				set->health = arena_grow(
				    a, set->health, set->health_n, room, sizeof *set->health);
			}
			set->health[set->health_n++] = runs->v[k];
		}
	}
	if (set->health_n)
		qsort(set->health, set->health_n, sizeof *set->health, compare_times);
}
