/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/operator_verdict.h"

#include <stdlib.h>

#include "base/keyed_hash.h"

enum {
	TABLE_FIRST = 256,
	TOGETHER_MAX = 64 /* votes of sets together on one capability */
};

/* Verdicts on one capability, counted. */
struct counted {
	struct verdict_way *ways;
	size_t ways_n, room;
};

/* Sets that are pooled: those of a sender, or of the resolvers of one operator for one
 * capability. */
struct group {
	const char *operator;
	size_t capability; /* of a sender: the first one */
	int64_t number;    /* of the notes */
	size_t sets_n;
	struct counted *counted; /* of a sender: one for each capability */
	struct pooled pooled;
};

struct operator_pool {
	struct arena *arena;
	struct set_notes *notes;
	enum operator_kind kind;
	struct group **table; /* open addressing */
	size_t groups_n, room;
};

struct operator_pool *
operator_pool_new(struct arena *a, struct set_notes *notes, enum operator_kind kind)
{
	struct operator_pool *p = arena_alloc(a, sizeof *p);

	*p = (struct operator_pool){.arena = a, .notes = notes, .kind = kind, .room = TABLE_FIRST};
	p->table = arena_alloc(a, p->room * sizeof(struct group *));
	return p;
}

static struct group **
place_of(struct operator_pool *p, const char *operator, size_t capability)
{
	size_t at = (keyed_hash(span_str(operator)) + capability) & (p->room - 1);

	while (p->table[at] &&
	       (p->table[at]->capability != capability || strcmp(p->table[at]->operator, operator)))
		at = (at + 1) & (p->room - 1);
	return &p->table[at];
}

static void
make_room(struct operator_pool *p)
{
	struct group **before = p->table;
	size_t n = p->room;

	p->room *= 2;
	p->table = arena_alloc(p->arena, p->room * sizeof(struct group *));
	for (size_t i = 0; i < n; i++)
		if (before[i])
			*place_of(p, before[i]->operator, before[i]->capability) = before[i];
}

static struct group *
group_of(struct operator_pool *p, const char *operator, size_t capability)
{
	struct group **place = place_of(p, operator, capability), *g;
	size_t counted_n = p->kind == OPERATOR_SENDER ? CAPABILITIES_N : 1;

	if (*place)
		return *place;
	if (p->groups_n * 2 >= p->room) {
		make_room(p);
		place = place_of(p, operator, capability);
	}
	g = arena_alloc(p->arena, sizeof *g);
	g->operator= arena_dup(p->arena, span_str(operator));
	g->capability = capability;
	g->number = p->notes ? set_notes_group(p->notes) : 0;
	g->counted = arena_alloc(p->arena, counted_n * sizeof *g->counted);
	p->groups_n++;
	return *place = g;
}

static void
count(struct arena *a, struct counted *c, const struct verdict *v)
{
	size_t k = 0;

	while (k < c->ways_n && (c->ways[k].state != v->state || c->ways[k].rule != v->rule))
		k++;
	if (k == c->room) {
		c->room = k ? 2 * k : 1;
		c->ways = arena_grow(a, c->ways, k, c->room, sizeof *c->ways);
	}
	if (k == c->ways_n)
		c->ways[c->ways_n++] = (struct verdict_way){v->state, v->testcase, v->rule, 0};
	c->ways[k].sets_n++;
}

void
operator_pool_add(
    struct operator_pool *p, const struct probe_set *set, const struct verdicts *verdicts)
{
	struct group *g = NULL;

	if (!set->operator|| set->all_in_one)
		return;
	for (size_t i = 0; i < CAPABILITIES_N; i++) {
		const struct verdict *v = &verdicts->v[i];
		bool by_resolver = p->kind == OPERATOR_RESOLVER;

		if (by_resolver && !capabilities[i].of_resolver)
			continue;
		if (!g || by_resolver) {
			g = group_of(p, by_resolver && v->resolver ? v->resolver : set->operator,
			    by_resolver ? i : 0);
			g->sets_n++;
			pooled_add(p->arena, &g->pooled, set);
			if (p->notes)
				set_notes_add(p->notes, g->number, set, verdicts);
		}
		count(p->arena, &g->counted[by_resolver ? 0 : i], v);
		pooled_add_verdict(p->arena, &g->pooled, i, v);
	}
}

/* States that say something and are no vote. */
static bool
is_finding(enum verdict_state state)
{
	return state == VERDICT_BROKEN || state == VERDICT_INCONSISTENT;
}

/* What sets decide together and none decides alone. */
static void
settle_together(struct operator_verdict *o, const enum verdict_state *first[3])
{
	const struct verdict *together[TOGETHER_MAX];
	size_t n = pooled_together(
	    o->pooled, (size_t)(o->capability - capabilities), together, TOGETHER_MAX);

	for (size_t i = 0; i < n; i++) {
		enum vote vote = capability_vote(o->capability, together[i]->state);

		if (!first[vote])
			first[vote] = &together[i]->state;
		o->yes_n += vote == VOTE_YES;
		o->votes_n += vote != VOTE_NONE;
		o->either_n += vote != VOTE_NONE;
	}
}

static void
settle(struct arena *a, struct operator_verdict *o)
{
	const enum verdict_state *first[3] = {NULL};
	const struct verdict_way *most = NULL, *finding = NULL;
	bool mixed = false;

	for (size_t i = 0; i < o->ways_n; i++) {
		const struct verdict_way *w = &o->ways[i];
		enum vote vote = capability_vote(o->capability, w->state);

		if (!first[vote])
			first[vote] = &w->state;
		if (vote == VOTE_YES)
			o->yes_n += w->sets_n;
		if (vote != VOTE_NONE || w->state == VERDICT_MIXED || w->state == VERDICT_BROKEN)
			o->votes_n += w->sets_n;
		mixed |= w->state == VERDICT_MIXED;
		if (is_finding(w->state) && (!finding || w->state == VERDICT_BROKEN))
			finding = w;
		if (!most || verdict_state_weight(w->state) > verdict_state_weight(most->state))
			most = w;
	}
	settle_together(o, first);
	mixed |= first[VOTE_YES] && first[VOTE_NO];
	mixed |= finding && finding->state == VERDICT_BROKEN && (first[VOTE_YES] || first[VOTE_NO]);
	if (mixed)
		o->state = VERDICT_MIXED;
	else if (first[VOTE_YES] || first[VOTE_NO])
		o->state = *(first[VOTE_YES] ? first[VOTE_YES] : first[VOTE_NO]);
	else
		o->state = (finding ? finding : most)->state;
	if (mixed)
		o->note = arena_printf(a, "%zu of %zu probe sets say yes", o->yes_n, o->votes_n);
	else if (o->sets_n > 1)
		o->note =
		    arena_printf(a, "%zu probe sets, %zu of them decide", o->sets_n, o->votes_n);
	if (o->either_n)
		o->note = arena_printf(a,
		    "%s; %zu of these votes sets of the same time have together: it left once more "
		    "than they are",
		    o->note, o->either_n);
}

static int
compare_groups(const void *x, const void *y)
{
	const struct group *a = *(const struct group *const *)x,
			   *b = *(const struct group *const *)y;

	if (a->capability != b->capability)
		return a->capability < b->capability ? -1 : 1;
	return strcmp(a->operator, b->operator);
}

/* The groups in their order. */
static struct group **
sorted(struct operator_pool *p)
{
	struct group **all = arena_alloc(p->arena, (p->groups_n + 1) * sizeof(struct group *));
	size_t n = 0;

	for (size_t i = 0; i < p->room; i++)
		if (p->table[i])
			all[n++] = p->table[i];
	qsort(all, n, sizeof *all, compare_groups);
	return all;
}

static void
pool_group(struct operator_pool *p, struct group *g, struct operator_verdicts *out)
{
	size_t domains = p->notes ? set_notes_domains(p->notes, g->number) : 0;
	size_t n = p->kind == OPERATOR_SENDER ? CAPABILITIES_N : 1;

	for (size_t i = 0; i < n; i++) {
		struct operator_verdict *o = &out->v[out->n++];

		*o = (struct operator_verdict){.capability = &capabilities[g->capability + i],
		    .operator= g->operator,
		    .kind = p->kind,
		    .ways = g->counted[i].ways,
		    .ways_n = g->counted[i].ways_n,
		    .sets_n = g->sets_n,
		    .group = g->number,
		    .pooled = &g->pooled,
		    .domains_n = domains ? domains : 1};
		if (o->capability->of_retries)
			o->greylisting = greylisting_sum(&g->pooled.greylisting);
		settle(p->arena, o);
	}
}

struct operator_verdicts
operator_pool_end(struct operator_pool *p)
{
	struct group **all = sorted(p);
	size_t each = p->kind == OPERATOR_SENDER ? CAPABILITIES_N : 1;
	struct operator_verdicts out = {0};

	out.v = arena_alloc(p->arena, (p->groups_n * each + 1) * sizeof *out.v);
	for (size_t i = 0; i < p->groups_n; i++)
		pool_group(p, all[i], &out);
	return out;
}
