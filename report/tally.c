/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/tally.h"

#include <stdlib.h>

#include "base/keyed_hash.h"
#include "report/either.h"
#include "report/greylisting.h"

enum {
	TABLE_FIRST = 1024,
	BOOTSTRAP_SEED = 2022 /* any will do: the same sets give the same interval */
};

/* Octets that are kept once; open addressing. */
struct kept {
	struct span key;
	void *value;
};

struct table {
	struct kept *v;
	size_t n, room;
};

struct tally {
	struct arena *arena;
	struct table texts, verdicts;
	struct probe_set **sets;
	struct verdicts **of; /* of each set */
	size_t sets_n, sets_room;
	struct tallied out;
};

/* What makes verdicts different for us. */
struct pattern {
	int state[CAPABILITIES_N];
	const char *resolver[CAPABILITIES_N];
	const struct testcase *testcase[CAPABILITIES_N];
	const struct testcase_rule *rule[CAPABILITIES_N];
	const char *either[CAPABILITIES_N];
};

static struct kept *
place_of(struct table *t, struct span key)
{
	size_t at = keyed_hash(key) & (t->room - 1);

	while (t->v[at].key.p && !span_eq(t->v[at].key, key))
		at = (at + 1) & (t->room - 1);
	return &t->v[at];
}

static struct kept *
table_find(struct tally *x, struct table *t, struct span key)
{
	if (t->n * 2 >= t->room) {
		struct table larger = {.n = t->n, .room = t->room ? 2 * t->room : TABLE_FIRST};

		larger.v = arena_alloc(x->arena, larger.room * sizeof *larger.v);
		for (size_t i = 0; i < t->room; i++)
			if (t->v[i].key.p)
				*place_of(&larger, t->v[i].key) = t->v[i];
		*t = larger;
	}
	return place_of(t, key);
}

static const char *
keep_text(struct tally *t, const char *text)
{
	struct kept *k;

	if (!text)
		return NULL;
	k = table_find(t, &t->texts, span_str(text));
	if (!k->key.p) {
		k->value = arena_dup(t->arena, span_str(text));
		k->key = span_str(k->value);
		t->texts.n++;
	}
	return k->value;
}

/* Its case and rule are those of the case files. */
static const struct either *
keep_either(struct tally *t, const struct either *e, const char *of)
{
	struct either *out;

	if (!e)
		return NULL;
	out = arena_alloc(t->arena, sizeof *out);
	*out = *e;
	out->of = of;
	return out;
}

static struct verdicts *
keep_verdicts(struct tally *t, const struct verdicts *verdicts)
{
	struct pattern p;
	struct verdicts *out;
	struct kept *k;

	memset(&p, 0, sizeof p);
	for (size_t i = 0; i < CAPABILITIES_N; i++) {
		p.state[i] = verdicts->v[i].state;
		p.resolver[i] = keep_text(t, verdicts->v[i].resolver);
		p.testcase[i] = verdicts->v[i].testcase;
		p.rule[i] = verdicts->v[i].rule;
		if (verdicts->v[i].either)
			p.either[i] = keep_text(t, verdicts->v[i].either->of);
	}
	k = table_find(t, &t->verdicts, (struct span){(char *)&p, sizeof p});
	if (k->key.p)
		return k->value;
	out = arena_alloc(t->arena, sizeof *out);
	out->n = CAPABILITIES_N;
	out->v = arena_alloc(t->arena, CAPABILITIES_N * sizeof *out->v);
	for (size_t i = 0; i < CAPABILITIES_N; i++) {
		out->v[i] = (struct verdict){.capability = capabilities[i].name,
		    .state = verdicts->v[i].state,
		    .resolver = p.resolver[i],
		    .testcase = p.testcase[i],
		    .rule = p.rule[i],
		    .either = keep_either(t, verdicts->v[i].either, p.either[i])};
	}
	k->key = arena_span(t->arena, (struct span){(char *)&p, sizeof p});
	k->value = out;
	t->verdicts.n++;
	return out;
}

struct tally *
tally_new(void)
{
	struct arena *a = arena_new();
	struct tally *t = arena_alloc(a, sizeof *t);

	t->arena = a;
	return t;
}

void
tally_free(struct tally *t)
{
	if (t)
		arena_free(t->arena);
}

void
tally_add(struct tally *t, const struct probe_set *set, const struct verdicts *verdicts)
{
	struct probe_set *kept = arena_alloc(t->arena, sizeof *kept);
	struct tallied *out = &t->out;

	*kept = (struct probe_set){.id = arena_dup(t->arena, span_str(set->id)),
	    .operator= keep_text(t, set->operator),
	    .from_domain = keep_text(t, set->from_domain),
	    .all_in_one = set->all_in_one,
	    .first_us = set->first_us,
	    .ascribed_n = set->ascribed_n};
	if (set->ascribed_n)
		kept->ascribed = arena_alloc(t->arena, set->ascribed_n * sizeof *kept->ascribed);
	for (size_t i = 0; i < set->ascribed_n; i++) {
		kept->ascribed[i] = set->ascribed[i];
		kept->ascribed[i].address = keep_text(t, set->ascribed[i].address);
	}
	kept->greylisting_n = set->greylisting_n;
	if (set->greylisting_n) {
		size_t octets = set->greylisting_n * sizeof *kept->greylisting;

		kept->greylisting = arena_alloc(t->arena, octets);
		memcpy(kept->greylisting, set->greylisting, octets);
	}
	if (t->sets_n == t->sets_room) {
		size_t room = t->sets_room ? 2 * t->sets_room : 256;

		t->sets =
		    arena_grow(t->arena, t->sets, t->sets_n, room, sizeof(struct probe_set *));
		t->of = arena_grow(t->arena, t->of, t->sets_n, room, sizeof(struct verdicts *));
		t->sets_room = room;
	}
	t->sets[t->sets_n] = kept;
	t->of[t->sets_n++] = keep_verdicts(t, verdicts);
	out->sets_n++;
	if (set->first_us && (!out->first_us || set->first_us < out->first_us))
		out->first_us = set->first_us;
	if (set->first_us > out->last_us)
		out->last_us = set->first_us;
}

static int
compare_sets(const void *x, const void *y)
{
	const struct measured_set *a = x, *b = y;
	int order = strcmp(a->set->operator, b->set->operator);

	return order ? order : strcmp(a->set->id, b->set->id);
}

/* The sets that are pooled, by operator; the others are listed. */
static struct measured_set *
sort_sets(struct tally *t, size_t *n)
{
	struct tallied *out = &t->out;
	struct measured_set *sets = arena_alloc(t->arena, (t->sets_n + 1) * sizeof *sets);

	out->all_in_one = arena_alloc(t->arena, (t->sets_n + 1) * sizeof(struct probe_set *));
	out->without_operator = arena_alloc(t->arena, (t->sets_n + 1) * sizeof(struct probe_set *));
	for (size_t i = 0; i < t->sets_n; i++)
		if (t->sets[i]->all_in_one)
			out->all_in_one[out->all_in_one_n++] = t->sets[i];
		else if (!t->sets[i]->operator)
			out->without_operator[out->without_operator_n++] = t->sets[i];
		else
			sets[(*n)++] = (struct measured_set){t->sets[i], t->of[i]};
	qsort(sets, *n, sizeof *sets, compare_sets);
	return sets;
}

/* One operator at a time: what pooling needs for a moment stays small. */
static struct operator_verdicts
pool_senders(struct tally *t, const struct measured_set *sets, size_t n)
{
	struct tallied *out = &t->out;
	struct operator_verdicts all = {0};
	size_t room = 0;

	for (size_t from = 0, to = 0; from < n; from = to) {
		struct operator_verdicts some;

		while (to < n && sets[to].set->operator== sets[from].set->operator)
			to++;
		if (out->operators_n == room) {
			room = room ? 2 * room : 64;
			out->operators = arena_grow(t->arena, out->operators, out->operators_n,
			    room, sizeof *out->operators);
			all.v = arena_grow(
			    t->arena, all.v, all.n, room * CAPABILITIES_N, sizeof *all.v);
		}
		some = operator_verdicts(t->arena, sets + from, to - from, OPERATOR_SENDER);
		out->operators[out->operators_n++] =
		    (struct tally_operator){sets[from].set->operator, some.v };
		memcpy(all.v + all.n, some.v, some.n * sizeof *some.v);
		all.n += some.n;
	}
	return all;
}

const struct tallied *
tally_end(struct tally *t)
{
	size_t n = 0;
	struct measured_set *sets = sort_sets(t, &n);
	struct tallied *out = &t->out;

	out->by_sender = pool_senders(t, sets, n);
	out->by_resolver = operator_verdicts(t->arena, sets, n, OPERATOR_RESOLVER);
	share_headlines(t->arena, &out->by_sender, &out->by_resolver, BOOTSTRAP_SEED, out->shares);
	return out;
}
