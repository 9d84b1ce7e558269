/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/operator_verdict.h"

#include <stdlib.h>

#include "report/either.h"

/* One verdict of one set, before they are pooled. */
struct ballot {
	size_t capability;
	const char *operator;
	const struct probe_set *set;
	const struct verdict *v;
};

static int
compare_ballots(const void *a, const void *b)
{
	const struct ballot *x = a, *y = b;
	int order = (x->capability > y->capability) - (x->capability < y->capability);

	if (!order)
		order = strcmp(x->operator, y->operator);
	return order ? order : strcmp(x->set->id, y->set->id);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t
count_domains(struct arena *a, const struct ballot *b, size_t n)
{
	const char **names = arena_alloc(a, n * sizeof(char *));
	size_t named = 0, different = 0;

	for (size_t i = 0; i < n; i++)
		if (b[i].set->from_domain)
			names[named++] = b[i].set->from_domain;
	qsort(names, named, sizeof(char *), compare_names);
	for (size_t i = 0; i < named; i++)
		different += !i || strcmp(names[i], names[i - 1]) != 0;
	return different ? different : 1;
}

/* States that say something and are no vote. */
static bool
is_finding(enum verdict_state state)
{
	return state == VERDICT_BROKEN || state == VERDICT_INCONSISTENT;
}

static bool
same_either(const struct verdict *v, const struct verdict *w)
{
	return v->either && w->either && !strcmp(v->either->of, w->either->of);
}

/* What sets say together: one vote, if every one of those that the sessions fit is here and says
 * it.
 */
static const struct verdict *
together(const struct operator_verdict *o, size_t at)
{
	size_t n = 0;

	for (size_t i = 0; i < o->sets_n; i++) {
		if (!same_either(o->v[i], o->v[at]))
			continue;
		if (i < at)
			return NULL; /* it was looked at */
		n++;
	}
	return n && n == o->v[at]->either->sets_n ? &o->v[at]->either->verdict : NULL;
}

static void
settle(struct arena *a, struct operator_verdict *o)
{
	const struct verdict *first[3] = {NULL}, *most = NULL, *finding = NULL;
	bool mixed = false;

	for (size_t i = 0; i < o->sets_n; i++) {
		const struct verdict *v = o->v[i], *shared = together(o, i);
		enum vote vote;

		if (shared) {
			vote = capability_vote(o->capability, shared->state);
			if (!first[vote])
				first[vote] = shared;
			o->yes_n += vote == VOTE_YES;
			o->votes_n += vote != VOTE_NONE;
			o->either_n += vote != VOTE_NONE;
		}
		vote = capability_vote(o->capability, v->state);
		if (!first[vote])
			first[vote] = v;
		o->yes_n += vote == VOTE_YES;
		o->votes_n +=
		    vote != VOTE_NONE || v->state == VERDICT_MIXED || v->state == VERDICT_BROKEN;
		mixed |= v->state == VERDICT_MIXED;
		if (is_finding(v->state) && (!finding || v->state == VERDICT_BROKEN))
			finding = v;
		if (!most || verdict_state_weight(v->state) > verdict_state_weight(most->state))
			most = v;
	}
	mixed |= first[VOTE_YES] && first[VOTE_NO];
	mixed |= finding && finding->state == VERDICT_BROKEN && (first[VOTE_YES] || first[VOTE_NO]);
	if (mixed)
		o->state = VERDICT_MIXED;
	else if (first[VOTE_YES] || first[VOTE_NO])
		o->state = (first[VOTE_YES] ? first[VOTE_YES] : first[VOTE_NO])->state;
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

static struct operator_verdict
pool(struct arena *a, const struct ballot *b, size_t n, enum operator_kind kind)
{
	struct operator_verdict o = {.capability = &capabilities[b->capability],
	    .operator= b->operator,
	    .kind = kind,
	    .sets_n = n};

	o.v = arena_alloc(a, n * sizeof(struct verdict *));
	o.sets = arena_alloc(a, n * sizeof(struct probe_set *));
	for (size_t i = 0; i < n; i++) {
		o.v[i] = b[i].v;
		o.sets[i] = b[i].set;
		o.ascribed_n += b[i].set->ascribed_n != 0;
	}
	o.domains_n = count_domains(a, b, n);
	if (o.capability->of_retries)
		o.greylisting = greylisting_sum(a, o.sets, n);
	settle(a, &o);
	return o;
}

static size_t
gather(struct ballot *ballots, const struct measured_set *s, enum operator_kind kind)
{
	size_t n = 0;

	if (!s->set->operator|| s->set->all_in_one)
		return 0;
	for (size_t i = 0; i < s->verdicts->n; i++) {
		const struct verdict *v = &s->verdicts->v[i];
		bool by_resolver = kind == OPERATOR_RESOLVER;

		if (by_resolver && !capabilities[i].of_resolver)
			continue;
		ballots[n++] = (struct ballot){
		    i, by_resolver && v->resolver ? v->resolver : s->set->operator, s->set, v};
	}
	return n;
}

struct operator_verdicts
operator_verdicts(
    struct arena *a, const struct measured_set *sets, size_t n, enum operator_kind kind)
{
	struct ballot *ballots = arena_alloc(a, (n * CAPABILITIES_N + 1) * sizeof *ballots);
	struct operator_verdicts out = {0};
	size_t ballots_n = 0;

	for (size_t i = 0; i < n; i++)
		ballots_n += gather(ballots + ballots_n, &sets[i], kind);
	qsort(ballots, ballots_n, sizeof *ballots, compare_ballots);
	out.v = arena_alloc(a, (ballots_n + 1) * sizeof *out.v);
	for (size_t i = 0, from = 0; i < ballots_n; from = i) {
		while (i < ballots_n && ballots[i].capability == ballots[from].capability &&
		       !strcmp(ballots[i].operator, ballots[from].operator))
			i++;
		out.v[out.n++] = pool(a, ballots + from, i - from, kind);
	}
	return out;
}
