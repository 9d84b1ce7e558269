/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes of sets, and what is pooled of them (set_notes.h, operator_verdict.h). */
#include "report/set_notes.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/tally.h"
#include "tests/tap.h"

static struct arena *a;

static struct verdicts
all_of(enum verdict_state state)
{
	struct verdicts v = {.n = CAPABILITIES_N};

	v.v = arena_alloc(a, CAPABILITIES_N * sizeof *v.v);
	for (size_t i = 0; i < CAPABILITIES_N; i++)
		v.v[i] = (struct verdict){.capability = capabilities[i].name, .state = state};
	return v;
}

static void
groups_are_apart(void)
{
	struct set_notes *n = set_notes_new();
	int64_t one = set_notes_group(n), two = set_notes_group(n);
	struct verdicts no = all_of(VERDICT_NOT_SUPPORTED), yes = all_of(VERDICT_SUPPORTED);
	struct probe_set c = {.id = "c", .from_domain = "x.example", .first_us = 3},
			 b = {.id = "b", .from_domain = "x.example"},
			 d = {.id = "a", .from_domain = "y.example"}, none = {.id = "0"};
	struct set_note *v;

	no.v[4].state = VERDICT_MIXED;
	set_notes_add(n, one, &c, &no);
	set_notes_add(n, one, &b, &yes);
	set_notes_add(n, two, &b, &no);
	set_notes_add(n, one, &d, &yes);
	SAME_INT((int64_t)set_notes_domains(n, one), 2, "different From domains");
	set_notes_add(n, one, &none, &yes);
	SAME_INT((int64_t)set_notes_domains(n, one), 2, "none is no domain");
	SAME_INT((int64_t)set_notes_read(n, a, one, "", 3, &v), 3, "the first ones");
	SAME_STR(v[1].id, "a", "by id");
	OK(!v[0].from_domain, "without domain");
	SAME_INT((int64_t)set_notes_read(n, a, one, v[2].id, 3, &v), 1, "those behind");
	SAME_STR(v->id, "c", "the last");
	SAME_INT(v->first_us, 3, "its time");
	OK(v->state[4] == VERDICT_MIXED && v->state[5] == VERDICT_NOT_SUPPORTED, "its states");
	SAME_INT((int64_t)set_notes_read(n, a, two, "", 3, &v), 1, "another group has its own");
	SAME_INT((int64_t)set_notes_read(n, a, set_notes_group(n), "", 3, &v), 0, "or none");
	set_notes_free(n);
}

/* The obvious way: every set is looked at. */
static size_t
sets_of(const struct probe_set *sets, size_t n, const char *operator)
{
	size_t of = 0;

	for (size_t i = 0; i < n; i++)
		of += sets[i].operator&& !sets[i].all_in_one && !strcmp(sets[i].operator, operator);
	return of;
}

enum { SETS = 3000, OPERATORS = 500 };

static void
many(void)
{
	struct tally *t = tally_new();
	struct probe_set *sets = arena_alloc(a, SETS * sizeof *sets);
	struct verdicts yes = all_of(VERDICT_SUPPORTED), no = all_of(VERDICT_NOT_SUPPORTED);
	const struct tallied *out;
	size_t wrong = 0, others = 0, in_one = 0;

	for (size_t i = 0; i < SETS; i++) {
		sets[i] = (struct probe_set){.id = arena_printf(a, "%06zu", i),
		    .operator= arena_printf(a, "op%zu", i * 7 % OPERATORS),
		    .from_domain = arena_printf(a, "d%zu", i % 11),
		    .all_in_one = i % 101 == 0};
		if (i % 13 == 0)
			sets[i].operator= NULL;
		others += !sets[i].operator&& !sets[i].all_in_one;
		in_one += sets[i].all_in_one;
		for (size_t c = 0; c < CAPABILITIES_N; c++)
			(i % 2 ? &yes : &no)->v[c].resolver = i % 3 ? "resolver" : NULL;
		tally_add(t, &sets[i], i % 2 ? &yes : &no);
	}
	out = tally_end(t);
	SAME_INT((int64_t)out->operators_n, OPERATORS, "each operator once");
	SAME_INT((int64_t)out->sets_n, SETS, "all sets");
	SAME_INT((int64_t)out->without_operator.n, (int64_t)others, "those without operator");
	SAME_INT((int64_t)out->all_in_one.n, (int64_t)in_one, "those sent all in one");
	for (size_t i = 0; i < out->operators_n; i++) {
		const struct tally_operator *o = &out->operators[i];
		size_t n = sets_of(sets, SETS, o->name), ways = 0;
		struct set_note *v;

		for (size_t k = 0; k < o->v->ways_n; k++)
			ways += o->v->ways[k].sets_n;
		wrong += o->v->sets_n != n || ways != n || o->v[3].sets_n != n ||
			 o->v[3].capability != &capabilities[3] ||
			 set_notes_read(out->notes, a, o->v->group, "", SETS, &v) != n ||
			 (i && strcmp(o[-1].name, o->name) >= 0);
	}
	SAME_INT((int64_t)wrong, 0, "with the sets that it has, by name");
	for (size_t i = 0; i < out->by_resolver.n; i++) {
		const struct operator_verdict *v = &out->by_resolver.v[i];

		if (strcmp(v->operator, "resolver") != 0)
			continue;
		/* Of what is enforced, "supported" is no vote. */
		OK(v->domains_n == 11 &&
			v->state ==
			    (v->capability->enforced ? VERDICT_NOT_SUPPORTED : VERDICT_MIXED),
		    "one resolver behind many");
		OK(v->capability->of_resolver, "for what resolvers do");
	}
	tally_free(t);
}

int
main(void)
{
	a = arena_new();
	groups_are_apart();
	many();
	arena_free(a);
	return tap_end();
}
