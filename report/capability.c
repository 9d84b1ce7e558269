/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/capability.h"

const struct capability capabilities[CAPABILITIES_N] = {
    {"ipv4-delivery", .headline = NULL},
    {"ipv6-delivery", .headline = "deliver over IPv6"},
    {"ipv6-resolver", .of_resolver = true, .headline = "resolve over IPv6"},
    {"dnssec-validation", .enforced = true, .of_resolver = true, .by_keys = true,
	.headline = "enforce DNSSEC validation"},
    {"greylisting-retry", .of_retries = true, .headline = NULL},
    {"starttls", .headline = NULL},
    {"certificate-name", .enforced = true, .headline = "insist on the certificate's name"},
    {"dane", .enforced = true, .headline = "enforce DANE"},
    {"plaintext", .headline = NULL},
};

/* How much each tells where nothing is decided; 0: it decides. */
static const int weights[VERDICT_STATES_N] = {
    [VERDICT_PENDING] = 9, /* it may yet be decided */
    [VERDICT_NOT_CHALLENGED] = 8,
    [VERDICT_REFUSED_AT_SUBMISSION] = 7,
    [VERDICT_ABSENT_UNEXPLAINED] = 6,
    [VERDICT_INCONCLUSIVE] = 5,
    [VERDICT_FOREIGN] = 4,
    [VERDICT_NOT_SENT] = 3,
    [VERDICT_NEVER_STARTED] = 2,
};

const struct capability *
capability_find(const char *name)
{
	for (size_t i = 0; name && i < CAPABILITIES_N; i++)
		if (!strcmp(capabilities[i].name, name))
			return &capabilities[i];
	return NULL;
}

enum vote
capability_vote(const struct capability *c, enum verdict_state state)
{
	if (state == VERDICT_NOT_SUPPORTED)
		return VOTE_NO;
	if (c->enforced)
		return state == VERDICT_STRICT ? VOTE_YES : VOTE_NONE;
	if (state == VERDICT_SUPPORTED)
		return VOTE_YES;
	/* One who refuses clear text does not send it. */
	return state == VERDICT_STRICT ? VOTE_NO : VOTE_NONE;
}

int
verdict_state_weight(enum verdict_state state)
{
	return weights[state];
}

struct combination {
	const struct capability *c;
	const struct verdict **v;
	size_t n;
};

static const struct verdict *
first_of(const struct combination *x, enum verdict_state state)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i]->state == state)
			return x->v[i];
	return NULL;
}

static const struct verdict *
first_vote(const struct combination *x, enum vote vote)
{
	for (size_t i = 0; i < x->n; i++)
		if (capability_vote(x->c, x->v[i]->state) == vote)
			return x->v[i];
	return NULL;
}

static bool
is_control_of(const struct testcase *control, const struct testcase *of)
{
	for (size_t i = 0; of && i < of->controls_n; i++)
		if (of->controls[i] == control)
			return true;
	return false;
}

static const struct verdict *
weightiest(const struct combination *x)
{
	const struct verdict *most = NULL;

	for (size_t i = 0; i < x->n; i++)
		if (!most || weights[x->v[i]->state] > weights[most->state])
			most = x->v[i];
	return most;
}

/* The records of both. */
static void
take_records(struct arena *a, struct verdict *out, const struct verdict *v, const struct verdict *w)
{
	const struct item **records =
	    arena_alloc(a, (v->records_n + w->records_n + 1) * sizeof(struct item *));

	if (v->records_n)
		memcpy(records, v->records, v->records_n * sizeof(struct item *));
	if (w->records_n)
		memcpy(records + v->records_n, w->records, w->records_n * sizeof(struct item *));
	out->records = records;
	out->records_n = v->records_n + w->records_n;
}

/* A verdict of two cases that cannot both be. */
static struct verdict
contradiction(struct arena *a, const struct verdict *v, const struct verdict *w)
{
	struct verdict out = *v;

	out.state = VERDICT_INCONSISTENT;
	out.rule = NULL;
	take_records(a, &out, v, w);
	out.note =
	    arena_printf(a, "%s says %s, and %s says %s: that cannot both be", v->testcase->name,
		verdict_state_names[v->state], w->testcase->name, verdict_state_names[w->state]);
	return out;
}

static struct verdict
mixture(struct arena *a, const struct combination *x, const struct verdict *yes,
    const struct verdict *no)
{
	struct verdict out = {.state = VERDICT_MIXED, .resolver = yes->resolver};

	take_records(a, &out, yes, no);
	for (size_t i = 0; i < x->n; i++) {
		enum vote vote = capability_vote(x->c, x->v[i]->state);

		out.yes_n += vote == VOTE_YES;
		out.votes_n += vote != VOTE_NONE;
	}
	out.note = arena_printf(a, "%zu of %zu say %s: %s says %s, and %s says %s", out.yes_n,
	    out.votes_n, verdict_state_names[yes->state], yes->testcase->name,
	    verdict_state_names[yes->state], no->testcase->name, verdict_state_names[no->state]);
	return out;
}

/* The verdict that stands, with a word on cases that are undecided. */
static struct verdict
decided(struct arena *a, const struct combination *x, const struct verdict *v)
{
	struct verdict out = *v;
	const struct verdict *pending = first_of(x, VERDICT_PENDING);

	if (pending && v->state != VERDICT_PENDING) {
		out.pending_until_us = pending->pending_until_us;
		out.note = arena_printf(a, "%s%s%s is pending still", v->note ? v->note : "",
		    v->note ? "; " : "", pending->testcase->name);
	}
	return out;
}

static struct verdict
choose(struct arena *a, const struct combination *x)
{
	const struct verdict *yes = first_vote(x, VOTE_YES), *no = first_vote(x, VOTE_NO);
	const struct verdict *broken = first_of(x, VERDICT_BROKEN);

	if (first_of(x, VERDICT_INCONSISTENT))
		return *first_of(x, VERDICT_INCONSISTENT);
	if (broken && no)
		return contradiction(a, broken, no);
	if (yes && no &&
	    (is_control_of(yes->testcase, no->testcase) ||
		is_control_of(no->testcase, yes->testcase)))
		return contradiction(a, yes, no);
	if (yes && no)
		return mixture(a, x, yes, no);
	if (broken)
		return decided(a, x, broken);
	if (yes || no)
		return decided(a, x, yes ? yes : no);
	/* A case that is right and arrived says nothing of one that is wrong. */
	return decided(a, x, weightiest(x));
}

struct verdict
capability_combine(struct arena *a, const struct capability *c, const struct verdict **v, size_t n)
{
	struct combination x = {c, v, n};
	struct verdict out = {.state = VERDICT_NOT_SENT, .note = "the set has no probe for it"};

	if (n)
		out = choose(a, &x);
	out.capability = c->name;
	out.cases = v;
	out.cases_n = n;
	return out;
}
