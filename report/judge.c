/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/judge.h"

#include "report/capability.h"
#include "report/difference.h"
#include "report/kept_back.h"
#include "report/unreached.h"

static const enum verdict_state states[STATES_N] = {
    [STATE_SUPPORTED] = VERDICT_SUPPORTED,
    [STATE_NOT_SUPPORTED] = VERDICT_NOT_SUPPORTED,
    [STATE_STRICT] = VERDICT_STRICT,
    [STATE_BROKEN] = VERDICT_BROKEN,
    [STATE_INCONCLUSIVE] = VERDICT_INCONCLUSIVE,
    [STATE_INCONSISTENT] = VERDICT_INCONSISTENT,
    [STATE_NOT_CHALLENGED] = VERDICT_NOT_CHALLENGED,
    [STATE_ABSENT_UNEXPLAINED] = VERDICT_ABSENT_UNEXPLAINED,
};

struct judge
judge_new(struct arena *a, const struct probe_set *set, const struct testcases *cases,
    const struct verdict_settings *settings, int64_t now_us)
{
	struct judge j = {a, set, cases, settings, now_us, NULL};

	j.ladders = arena_alloc(a, (set->probes_n + 1) * sizeof *j.ladders);
	for (size_t i = 0; i < set->probes_n; i++)
		j.ladders[i] = ladder_climb(a, set, &set->probes[i], settings, now_us);
	return j;
}

int64_t
judge_deadline_us(const struct judge *j)
{
	return j->set->first_us + j->settings->deadline_us;
}

int64_t
judge_end_us(const struct judge *j, const struct ladder *l)
{
	int64_t deadline_us = judge_deadline_us(j);

	return l->final_dsn && l->final_dsn->time_us < deadline_us ? l->final_dsn->time_us
								   : deadline_us;
}

bool
judge_is_over(const struct judge *j, const struct ladder *l)
{
	return j->now_us >= judge_deadline_us(j) || l->final_dsn;
}

/* A query that a rule before this one waits for may be among those that were lost. */
static bool
queries_may_miss(struct trial *x, const struct testcase_rule *rule)
{
	int64_t end_us = judge_end_us(x->j, x->l);
	bool matters = false;

	for (size_t i = 0; &x->t->rules[i] != rule; i++)
		matters |= x->t->rules[i].evidence == SEEN_QUERY_IPV6;
	for (size_t i = 0; matters && i < x->j->set->gaps_n; i++)
		if (x->j->set->gaps_us[i][0] < end_us &&
		    x->j->set->gaps_us[i][1] > x->j->set->first_us) {
			trial_wait(x, VERDICT_INCONCLUSIVE,
			    "queries to the name servers may be missing at that time");
			return true;
		}
	return false;
}

/* The time in which site and controls have to be fine for this evidence. */
static int64_t
needed_until_us(const struct trial *x, enum evidence e)
{
	const struct shown *s = &x->l->seen[e];
	int64_t last_us = x->j->set->first_us;

	if (evidence_weights[e] != NEEDS_CONTROLS)
		return judge_end_us(x->j, x->l);
	for (size_t i = 0; i < s->n; i++)
		last_us = s->items[i]->time_us > last_us ? s->items[i]->time_us : last_us;
	return last_us;
}

/* Controls and site; says what is missing if not. */
static bool
is_upheld(struct trial *x, enum evidence e)
{
	int64_t until_us = needed_until_us(x, e);
	struct health_watch watch;
	const char *missing = judge_controls(x->j, x->t, x->v);

	if (missing) {
		trial_wait_for_controls(x, missing);
		return false;
	}
	watch = health_watch(x->j->a, x->j->set, x->t, x->j->set->first_us, until_us,
	    x->j->settings->health_every_us);
	x->v->health = watch.v;
	x->v->health_n = watch.n;
	if (!watch.fine)
		trial_wait_for_health(x, &watch, until_us);
	return watch.fine;
}

/* States that say something of the sender. */
static bool
is_definite(enum state state)
{
	return state != STATE_INCONCLUSIVE && state != STATE_ABSENT_UNEXPLAINED;
}

/* It arrived, and at that time the case was as whole as its control. */
static bool
is_undone(struct trial *x, enum evidence e)
{
	const struct shown *s = &x->l->seen[e];
	const struct health *red = NULL;

	if (e > SEEN_STORED_AT_ONCE)
		return false;
	for (size_t i = 0; i < s->n && !red; i++)
		red = difference_undone(
		    x->j->set, x->t, s->items[i]->time_us, x->j->settings->health_every_us);
	if (!red)
		return false;
	x->v->health = arena_alloc(x->j->a, sizeof(struct health *));
	x->v->health[x->v->health_n++] = red;
	trial_say(x, VERDICT_INCONCLUSIVE,
	    arena_printf(x->j->a,
		"it arrived where the case was not what it is meant to be: %s%s%s", red->part,
		red->detail ? ": " : "", red->detail ? red->detail : ""));
	return true;
}

static void
apply(struct trial *x, const struct testcase_rule *rule)
{
	enum evidence_weight weight = evidence_weights[rule->evidence];

	x->v->held_back = rule;
	trial_add_all(x, x->l->seen[rule->evidence].items, x->l->seen[rule->evidence].n);
	if (rule->evidence == SEEN_NOTHING)
		trial_add_explanation(x);
	if (is_undone(x, rule->evidence))
		return;
	if (weight >= NEEDS_PATIENCE && !judge_is_over(x->j, x->l)) {
		trial_wait(x, VERDICT_INCONCLUSIVE, "more may come until its deadline");
		return;
	}
	if ((weight >= NEEDS_PATIENCE || rule->evidence == SEEN_STORED_AT_ONCE) &&
	    x->l->probe->left_out) {
		trial_say(
		    x, VERDICT_INCONCLUSIVE, "so much bears its token that not all was looked at");
		return;
	}
	if (rule->evidence == SEEN_CUT_ASKED && x->l->ipv6_elsewhere) {
		trial_add(x, x->l->ipv6_elsewhere);
		trial_say(
		    x, VERDICT_INCONCLUSIVE, "its resolver was seen to ask over IPv6 elsewhere");
		return;
	}
	if (weight >= NEEDS_CONTROLS &&
	    (!is_upheld(x, rule->evidence) || queries_may_miss(x, rule)))
		return;
	if (weight == NEEDS_EXPLANATION && is_definite(rule->state) && !x->l->explained) {
		trial_say(x, VERDICT_ABSENT_UNEXPLAINED,
		    "no query with its token and no notification tells that it was sent");
		return;
	}
	if (rule->evidence == SEEN_NOTHING && is_definite(rule->state) &&
	    unreached_at_once(x->l, x->j->settings->retry_least_us)) {
		trial_say(x, VERDICT_INCONCLUSIVE,
		    "it was tried for a moment only, and no connection came about");
		return;
	}
	x->v->held_back = NULL;
	x->v->rule = rule;
	trial_say(x, states[rule->state], NULL);
	x->v->pending_until_us = 0;
}

/* The first rule whose evidence is there; absence is looked at apart. */
static const struct testcase_rule *
find_rule(const struct trial *x, bool nothing)
{
	for (size_t i = 0; i < x->t->rules_n; i++)
		if ((x->t->rules[i].evidence == SEEN_NOTHING) == nothing &&
		    x->l->seen[x->t->rules[i].evidence].there)
			return &x->t->rules[i];
	return NULL;
}

/* It came, and no rule tells what that means. */
static void
say_unruled(struct trial *x)
{
	const char *note = "it was seen at the host, and no rule says what it did there";

	if (x->l->quick_return)
		note = arena_printf(x->j->a, "it came again sooner than %lld s after the 450",
		    (long long)(x->j->settings->retry_least_us / 1000000));
	if (x->l->stepped)
		note = "a clock was stepped between its attempts: the time between them is not "
		       "known";
	else if (x->l->other_sender)
		note = "it came again after the 450 with another envelope sender, or with none";
	else if (x->l->undelivered && !x->l->seen[SEEN_STORED].there)
		note = arena_printf(x->j->a, "our own host took it and could not store it: %s",
		    x->l->undelivered->undelivered);
	else if (x->l->taken && !x->l->seen[SEEN_STORED].there)
		note = "our host took it, and no stored mail is known";
	else if (x->l->seen[SEEN_STORED].there && !x->l->seen[SEEN_STORED_TLS].there &&
		 !x->l->seen[SEEN_STORED_CLEAR].there)
		note = "the mail was stored, and its session is not known";
	else if (x->l->seen[SEEN_REFUSED_CLEAR].there && !x->l->seen[SEEN_HANDSHAKE].there)
		note = "it went on in clear text and was refused: it has seen no certificate";
	if (x->l->seen[SEEN_STORED].there)
		trial_add_all(x, x->l->seen[SEEN_STORED].items, x->l->seen[SEEN_STORED].n);
	else if (x->l->undelivered)
		trial_add(x, x->l->undelivered);
	else
		trial_add_all(
		    x, x->l->seen[SEEN_REFUSED_CLEAR].items, x->l->seen[SEEN_REFUSED_CLEAR].n);
	trial_wait(x, VERDICT_INCONCLUSIVE, note);
}

static void
try_absence(struct trial *x)
{
	const struct testcase_rule *rule = find_rule(x, true);

	if (rule)
		apply(x, rule);
	else if (x->l->smtp)
		say_unruled(x);
	else
		trial_wait(
		    x, VERDICT_INCONCLUSIVE, "its case has no rule that says what absence means");
}

static bool
rests_on_absence(enum evidence e)
{
	return e == SEEN_CUT_ASKED || e == SEEN_NOTHING;
}

static void
try(struct trial *x)
{
	const struct testcase_rule *rule = find_rule(x, false);

	if (!x->j->set->first_us) {
		trial_say(x, VERDICT_NEVER_STARTED, "nothing of the set was seen");
		return;
	}
	/* Whose path it is, nobody knows before the root of all controls came. */
	if (!x->j->set->operator&& x->t->controls_n &&(!x->l->refused || x->l->smtp)) {
		const char *missing = judge_controls(x->j, x->t, x->v);

		trial_wait_for_controls(x, missing ? missing : "who sent the set is not known");
		return;
	}
	if ((!rule || rests_on_absence(rule->evidence)) && !x->l->smtp && kept_back(x))
		return;
	if (rule)
		apply(x, rule);
	else
		try_absence(x);
}

/* The resolver that asked for the probe first, else for its control. */
static const char *
resolver_of(const struct trial *x)
{
	const struct item *first = NULL;

	for (size_t i = 0; !first && i < x->l->probe->items_n; i++) {
		const struct item *item = &x->l->probe->items[i];

		if ((item->kind == ITEM_QUERY || item->kind == ITEM_CUT) && item->resolver &&
		    ladder_counts(x->j->set, x->l->probe, item))
			first = item;
	}
	for (size_t p = 0; !first && x->t->controls_n && p < x->j->set->probes_n; p++) {
		const struct probe *probe = &x->j->set->probes[p];

		for (size_t i = 0;
		     probe->testcase == x->t->controls[0] && !first && i < probe->items_n; i++)
			if (probe->items[i].kind == ITEM_QUERY && probe->items[i].resolver &&
			    ladder_counts(x->j->set, probe, &probe->items[i]))
				first = &probe->items[i];
	}
	if (!first)
		return NULL;
	return first->resolver_operator ? first->resolver_operator : first->resolver;
}

/* Of several probes of one case the one that got furthest speaks for it. */
static const struct ladder *
ladder_of(const struct judge *j, const struct testcase *t)
{
	const struct ladder *best = NULL;

	for (size_t i = 0; i < j->set->probes_n; i++)
		if (j->ladders[i].probe->testcase == t &&
		    (!best || j->ladders[i].rung > best->rung))
			best = &j->ladders[i];
	return best;
}

bool
judge_case(const struct judge *j, const struct testcase *t, struct verdict *v)
{
	const struct capability *c = capability_find(t->capability);
	struct trial x = {j, t, ladder_of(j, t), v};

	*v = (struct verdict){.capability = t->capability, .testcase = t};
	if (!x.l || !t->rules_n)
		return false;
	try(&x);
	/* One that decided without controls shows them all the same. */
	if (!v->controls)
		judge_controls(j, t, v);
	v->resolver = c && c->of_resolver ? resolver_of(&x) : NULL;
	return true;
}
