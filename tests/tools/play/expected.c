/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/play/expected.h"

#include "report/share.h"

void
play_expect(struct player *p, struct span rest)
{
	struct span name = player_word(&rest), state = player_word(&rest),
		    rule = player_word(&rest);
	const struct verdicts *v = &player_set(p)->verdicts;
	const char *got_rule;

	p->last = NULL;
	for (size_t i = 0; i < v->cases_n; i++)
		if (player_is(name, v->cases[i].testcase->name))
			p->last = &v->cases[i];
	for (size_t i = 0; i < v->n; i++)
		if (player_is(name, v->v[i].capability))
			p->last = &v->v[i];
	if (!p->last)
		player_stop(p, "no verdict on", name);
	got_rule = p->last->rule ? evidence_kinds[p->last->rule->evidence].name : "-";
	player_judge(p, player_text(p, name),
	    rule.n ? arena_printf(p->a, "%s %s", verdict_state_names[p->last->state], got_rule)
		   : verdict_state_names[p->last->state],
	    rule.n ? arena_printf(p->a, "%s %s", player_text(p, state), player_text(p, rule))
		   : player_text(p, state));
	if (p->last->note && !p->json)
		printf("# %s\n", p->last->note);
}

void
play_says(struct player *p, struct span want)
{
	const char *note = p->last->note ? p->last->note : "";
	const char *words = player_text(p, span_trim(want));

	player_judge(p, "says", strstr(note, words) ? words : note, words);
}

void
play_records(struct player *p, struct span want)
{
	const char *got = "";

	for (size_t i = 0; i < p->last->records_n; i++)
		got = arena_printf(p->a, "%s%s%s:%s", got, i ? " " : "",
		    item_kind_names[p->last->records[i]->kind],
		    certainty_names[item_certainty(p->last->records[i])]);
	player_judge(p, "records", got, player_text(p, span_trim(want)));
}

void
play_control(struct player *p, struct span want)
{
	const char *words = player_text(p, span_trim(want)), *all = "";

	for (size_t i = 0; i < p->last->controls_n; i++) {
		const struct verdict_control *c = &p->last->controls[i];
		const char *one =
		    arena_printf(p->a, "%s %s", c->testcase->name, verdict_state_names[c->state]);

		all = !strcmp(one, words) || !strcmp(all, words)
			  ? words
			  : arena_printf(p->a, "%s%s, ", all, one);
	}
	player_judge(p, "control", all, words);
}

static struct operator_verdicts
pool(struct player *p, enum operator_kind kind)
{
	struct measured_set *sets = arena_alloc(p->a, (p->sets_n + 1) * sizeof *sets);

	for (size_t i = 0; i < p->sets_n; i++)
		sets[i] = (struct measured_set){&p->sets[i].seen, &p->sets[i].verdicts};
	return operator_verdicts(p->a, sets, p->sets_n, kind);
}

static void
play_operator(struct player *p, enum operator_kind kind, struct span rest)
{
	struct span operator= player_word(&rest), capability = player_word(&rest),
		    state = player_word(&rest);
	struct span votes = player_word(&rest);
	struct operator_verdicts all = pool(p, kind);
	const char *got = "none", *want = player_text(p, state);

	for (size_t i = 0; i < all.n; i++)
		if (player_is(operator, all.v[i].operator) &&
		    player_is(capability, all.v[i].capability->name))
			got = votes.n ? arena_printf(p->a, "%s %zu/%zu",
					    verdict_state_names[all.v[i].state], all.v[i].yes_n,
					    all.v[i].votes_n)
				      : verdict_state_names[all.v[i].state];
	if (votes.n)
		want = arena_printf(p->a, "%s %s", want, player_text(p, votes));
	player_judge(p, player_text(p, capability), got, want);
}

void
play_share(struct player *p, struct span rest)
{
	const struct capability *c = capability_find(player_text(p, player_word(&rest)));
	struct operator_verdicts all;
	struct share s;

	if (!c)
		player_stop(p, "no capability in front of", rest);
	all = pool(p, c->of_resolver ? OPERATOR_RESOLVER : OPERATOR_SENDER);
	s = share_of(p->a, &all, c, 1);
	player_judge(p, c->name,
	    arena_printf(p->a, "%zu %zu %zu", (size_t)s.by_operator.yes, (size_t)s.by_operator.no,
		(size_t)s.by_operator.undecided),
	    player_text(p, span_trim(rest)));
}

void
play_votes(struct player *p, struct span want)
{
	player_judge(p, "votes", arena_printf(p->a, "%zu/%zu", p->last->yes_n, p->last->votes_n),
	    player_text(p, span_trim(want)));
}

void
play_resolver(struct player *p, struct span want)
{
	player_judge(p, "resolver", p->last->resolver ? p->last->resolver : "-",
	    player_text(p, span_trim(want)));
}

void
play_sender(struct player *p, struct span rest)
{
	play_operator(p, OPERATOR_SENDER, rest);
}

void
play_resolvers(struct player *p, struct span rest)
{
	play_operator(p, OPERATOR_RESOLVER, rest);
}
