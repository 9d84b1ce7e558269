/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/tally.h"

enum { BOOTSTRAP_SEED = 2022 /* any will do: the same sets give the same interval */ };

struct tally {
	struct arena *arena;
	struct operator_pool *senders, *resolvers;
	struct tallied out;
};

struct tally *
tally_new(void)
{
	struct arena *a = arena_new();
	struct tally *t = arena_alloc(a, sizeof *t);
	struct set_notes *notes = set_notes_new();

	t->arena = a;
	t->out.notes = notes;
	t->out.all_in_one.group = set_notes_group(notes);
	t->out.without_operator.group = set_notes_group(notes);
	t->senders = operator_pool_new(a, notes, OPERATOR_SENDER);
	t->resolvers = operator_pool_new(a, notes, OPERATOR_RESOLVER);
	return t;
}

void
tally_free(struct tally *t)
{
	if (!t)
		return;
	set_notes_free(t->out.notes);
	arena_free(t->arena);
}

void
tally_add(struct tally *t, const struct probe_set *set, const struct verdicts *verdicts)
{
	struct tallied *out = &t->out;
	struct tally_others *others = set->all_in_one ? &out->all_in_one
				      : !set->operator? &out->without_operator
						      : NULL;

	if (others) {
		set_notes_add(out->notes, others->group, set, verdicts);
		others->n++;
	} else {
		operator_pool_add(t->senders, set, verdicts);
		operator_pool_add(t->resolvers, set, verdicts);
	}
	out->sets_n++;
	if (set->first_us && (!out->first_us || set->first_us < out->first_us))
		out->first_us = set->first_us;
	if (set->first_us > out->last_us)
		out->last_us = set->first_us;
}

const struct tallied *
tally_end(struct tally *t)
{
	struct tallied *out = &t->out;

	out->by_sender = operator_pool_end(t->senders);
	out->by_resolver = operator_pool_end(t->resolvers);
	out->operators_n = out->by_sender.n / CAPABILITIES_N;
	out->operators = arena_alloc(t->arena, (out->operators_n + 1) * sizeof *out->operators);
	for (size_t i = 0; i < out->operators_n; i++) {
		const struct operator_verdict *v = &out->by_sender.v[i * CAPABILITIES_N];

		out->operators[i] = (struct tally_operator){v->operator, v };
	}
	share_headlines(t->arena, &out->by_sender, &out->by_resolver, BOOTSTRAP_SEED, out->shares);
	return out;
}
