/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdictplay [--json] TESTCASES FILE... - plays scenarios: what was seen of a probe set, and the
 * verdicts that it must give.  TAP, or with --json the verdict/1 records.  Longer than 500 lines:
 * it is one small language, word by word.
 *
 * Times are relative to the start of the set (90s, 10m, 6h, 5d12h, also below zero).  Lines:
 *
 * scenario TITLE		begins a new one
 * setting deadline|retry|health TIME
 * set ID [from=DOMAIN] [resolver=ADDRESS] [all-in-one]
 *				what follows is about another set; without it there is one, "s"
 * normal [except PROBE...]	a probe of each case, mail-ok/1 first and mail-ok/2 last, all
 *				submitted, asked for and delivered as they should be by
 *				one.example; of an exception nothing but the submission
 * probes [PROBE...]		only these (or all), and nothing is seen of them
 * TIME KIND PROBE [WORD...]	an item (report/evidence.h); the words: see tests/played.h
 * healthy [except CASE/PART...]	health records of all parts, six hours apart, for ten days
 * red CASE/PART TIME [words]	one that is red
 * clock TIME AHEAD		at that time of the greylisting host's a live check found its clock
 *				ahead of the checker's
 * gap TIME TIME		queries may be missing
 * now TIME			from here on expectations are of that time; later items are unknown
 * in ID			... and of that set
 * expect CASE|CAPABILITY STATE [EVIDENCE|-]	with the rule that led there; -: none
 * says TEXT			the note of that verdict holds TEXT
 * records KIND:CERTAINTY...	it rests on exactly these
 * ascribed ADDRESS:HOW...	of these records' clients exactly these count as another's
 * control CASE STATE		it lists such a control
 * votes K/N			of one that is mixed
 * resolver NAME|-		its resolver
 * greylisting CASE TEXT|-	how it came again: N attempts, SECONDS... between, "in SECONDS"
 *				if it was let in, "sender", "client" if that changed
 * sender|resolvers OPERATOR CAPABILITY STATE [K/N]	of all sets together
 * share CAPABILITY YES NO UNDECIDED	by sender, or by resolver where it is one's
 *
 * The player does the loader's part: whose the set and its clients are (report/ascription.h). */
#include "io/tree.h"
#include "report/ascription.h"
#include "report/greylisting.h"
#include "report/set_clock.h"
#include "report/share.h"
#include "report/verdict_json.h"
#include "tests/played.h"

static bool
is_excepted(struct span list, const char *name)
{
	for (struct span w = word(&list); w.n; w = word(&list))
		if (is_word(w, name))
			return true;
	return false;
}

/* As a sender without a fault does it: the token is asked for and the mail comes. */
static void
deliver_normally(struct player *p, struct probe *probe, int64_t at_us)
{
	const struct testcase *t = probe->testcase;

	add_item(p, at_us + SECONDS_US(1), ITEM_QUERY, probe,
	    is_word(span_str(t->zone), "v6only") ? SPAN_LIT("ipv6") : SPAN_LIT(""));
	if (t->host->id == ROLE_GREYLISTING) {
		add_item(p, at_us + SECONDS_US(2), ITEM_ATTEMPT, probe, SPAN_LIT("code=450"));
		at_us += SECONDS_US(400);
	}
	add_item(p, at_us + SECONDS_US(2), ITEM_MAIL, probe,
	    t->host->certificate == CERTIFICATE_NONE ? SPAN_LIT("") : SPAN_LIT("tls=TLSv1.3"));
}

static void
play_normal(struct player *p, struct span except)
{
	size_t n = p->cases.n + 1;

	span_cut(&except, ' ');
	for (size_t i = 0; i <= n; i++) {
		const char *name = i == 0   ? "mail-ok/1"
				   : i == n ? "mail-ok/2"
					    : p->cases.v[i - 1].name;
		struct probe *probe;

		if (is_word(span_str(name), "mail-ok"))
			continue;
		probe = probe_of(p, span_str(name), true);
		add_item(
		    p, SECONDS_US(60 * i), ITEM_SUBMISSION, probe, SPAN_LIT("accepted code=250"));
		if (!is_excepted(except, name))
			deliver_normally(p, probe, SECONDS_US(60 * i));
	}
}

static void
play_probes(struct player *p, struct span names)
{
	if (names.n) {
		for (struct span w = word(&names); w.n; w = word(&names))
			probe_of(p, w, true);
		return;
	}
	probe_of(p, SPAN_LIT("mail-ok/1"), true);
	for (size_t i = 0; i < p->cases.n; i++)
		probe_of(p, span_str(p->cases.v[i].name), true);
	probe_of(p, SPAN_LIT("mail-ok/2"), true);
}

static void
add_health(struct player *p, const struct testcase *t, const char *part, const char *family,
    int64_t time_us, const char *detail)
{
	if (p->health_n == p->health_room) {
		p->health_room = 2 * p->health_room + 1000;
		p->health =
		    arena_grow(p->a, p->health, p->health_n, p->health_room, sizeof *p->health);
	}
	p->health[p->health_n] =
	    (struct health){.id = arena_printf(p->a, "health-%zu", p->health_n + 1),
		.time_us = START_US + time_us,
		.testcase = t,
		.part = part,
		.family = family,
		.ok = !detail,
		.detail = detail};
	p->health_n++;
}

static void
add_check(struct player *p, const struct testcase *t, const char *part, int64_t time_us)
{
	static const struct {
		const char *part;
		bool none, ipv4, ipv6;
	} families[] = {{"dnssec", true, false, false}, {"mx", true, false, false},
	    {"delegation", true, true, true}, {"name-server", false, true, true},
	    {"address", false, true, true}, {"records", false, false, true}};
	bool none = false, v4 = t->families != FAMILIES_IPV6, v6 = t->families != FAMILIES_IPV4;

	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		if (!strcmp(families[i].part, part)) {
			none = families[i].none;
			v4 = families[i].ipv4;
			v6 = families[i].ipv6;
		}
	if (none)
		add_health(p, t, part, NULL, time_us, NULL);
	if (v4)
		add_health(p, t, part, "ipv4", time_us, NULL);
	if (v6)
		add_health(p, t, part, "ipv6", time_us, NULL);
}

static void
play_healthy(struct player *p, struct span except)
{
	static const char *const parts[] = {"dnssec", "delegation", "mx", "name-server", "address",
	    "records", "listener", "starttls", "tlsa", "recipient", "relay", "tls", "certificate"};

	span_cut(&except, ' ');
	for (int h = -HEALTH_APART_H / 2; h < HEALTH_H; h += HEALTH_APART_H)
		for (size_t i = 0; i < p->cases.n; i++)
			for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
				if (p->cases.v[i].rules_n &&
				    !is_excepted(except,
					arena_printf(p->a, "%s/%s", p->cases.v[i].name, parts[k])))
					add_check(p, &p->cases.v[i], parts[k],
					    SECONDS_US((int64_t)h * 3600));
}

/* CASE/PART[/FAMILY] TIME [words] */
static void
play_red(struct player *p, struct span rest)
{
	struct span what = word(&rest), at = word(&rest);
	struct span name = span_cut(&what, '/'), part = span_cut(&what, '/');

	rest = span_trim(rest);
	add_health(p, case_of(p, name), text(p, part), what.p ? text(p, what) : NULL,
	    time_of(p, at), rest.n ? text(p, rest) : "it does not answer");
}

/* TIME AHEAD */
static void
play_clock(struct player *p, struct span rest)
{
	struct span at = word(&rest), ahead = word(&rest);

	if (p->clock.n == sizeof p->marks / sizeof *p->marks)
		stop(p, "too many marks", rest);
	p->marks[p->clock.n++] = (struct clock_mark){START_US + time_of(p, at), time_of(p, ahead)};
}

static int
compare_health(const void *a, const void *b)
{
	const struct health *x = a, *y = b;

	return (x->time_us > y->time_us) - (x->time_us < y->time_us);
}

/* What the loader would give of a set at this time. */
static void
load(struct player *p, struct played_set *s)
{
	s->seen = s->all;
	s->seen.probes = arena_alloc(p->a, (s->all.probes_n + 1) * sizeof *s->seen.probes);
	for (size_t k = 0; k < s->all.probes_n; k++) {
		struct probe *probe = &s->seen.probes[k];

		*probe = s->all.probes[k];
		probe->items = arena_alloc(p->a, (probe->items_n + 1) * sizeof *probe->items);
		probe->items_n = 0;
		for (size_t i = 0; i < s->all.probes[k].items_n; i++) {
			const struct item *item = &s->all.probes[k].items[i];

			if (item->time_us > p->now_us)
				continue;
			probe->items[probe->items_n++] = *item;
		}
	}
	ascribe(&s->seen);
	set_clock(&s->seen);
	s->seen.from_domain = s->all.from_domain;
	ascription_list(p->a, &s->seen);
	greylisting_list(p->a, &s->seen);
	s->seen.health = p->health;
	while (s->seen.health_n < p->health_n && p->health[s->seen.health_n].time_us <= p->now_us)
		s->seen.health_n++;
	s->seen.clock = &p->clock;
	s->seen.gaps_us = p->gaps;
	s->seen.gaps_n = p->gaps_n;
}

static void
play_now(struct player *p, struct span at)
{
	current(p);
	p->now_us = START_US + time_of(p, at);
	if (p->health_n)
		qsort(p->health, p->health_n, sizeof *p->health, compare_health);
	for (size_t i = 0; i < p->sets_n; i++) {
		struct played_set *s = &p->sets[i];

		load(p, s);
		s->verdicts = verdicts_of(p->a, &s->seen, &p->cases, &p->settings, p->now_us);
		for (size_t k = 0; p->json && k < s->verdicts.n; k++)
			verdict_json(p->json, &s->seen, &s->verdicts.v[k]);
	}
}

static void
judge(struct player *p, const char *what, const char *got, const char *want)
{
	if (!p->json)
		SAME_STR(got, want, arena_printf(p->a, "%s: %s: %s", p->name, p->scenario, what));
}

static void
play_expect(struct player *p, struct span rest)
{
	struct span name = word(&rest), state = word(&rest), rule = word(&rest);
	const struct verdicts *v = &current(p)->verdicts;
	const char *got_rule;

	p->last = NULL;
	for (size_t i = 0; i < v->cases_n; i++)
		if (is_word(name, v->cases[i].testcase->name))
			p->last = &v->cases[i];
	for (size_t i = 0; i < v->n; i++)
		if (is_word(name, v->v[i].capability))
			p->last = &v->v[i];
	if (!p->last)
		stop(p, "no verdict on", name);
	got_rule = p->last->rule ? evidence_kinds[p->last->rule->evidence].name : "-";
	judge(p, text(p, name),
	    rule.n ? arena_printf(p->a, "%s %s", verdict_state_names[p->last->state], got_rule)
		   : verdict_state_names[p->last->state],
	    rule.n ? arena_printf(p->a, "%s %s", text(p, state), text(p, rule)) : text(p, state));
	if (p->last->note && !p->json)
		printf("# %s\n", p->last->note);
}

static void
play_says(struct player *p, struct span want)
{
	const char *note = p->last->note ? p->last->note : "";
	const char *words = text(p, span_trim(want));

	judge(p, "says", strstr(note, words) ? words : note, words);
}

static void
play_records(struct player *p, struct span want)
{
	const char *got = "";

	for (size_t i = 0; i < p->last->records_n; i++)
		got = arena_printf(p->a, "%s%s%s:%s", got, i ? " " : "",
		    item_kind_names[p->last->records[i]->kind],
		    certainty_names[item_certainty(p->last->records[i])]);
	judge(p, "records", got, text(p, span_trim(want)));
}

static void
play_ascribed(struct player *p, struct span want)
{
	const char *got = "";

	for (size_t i = 0; i < p->last->records_n; i++) {
		const struct sender *from = &p->last->records[i]->from;

		if (from->ascribed != ASCRIBED_NOT)
			got = arena_printf(p->a, "%s%s%s:%s", got, *got ? " " : "", from->address,
			    ascribed_names[from->ascribed]);
	}
	judge(p, "ascribed", got, text(p, span_trim(want)));
}

static void
play_control(struct player *p, struct span want)
{
	const char *words = text(p, span_trim(want)), *all = "";

	for (size_t i = 0; i < p->last->controls_n; i++) {
		const struct verdict_control *c = &p->last->controls[i];
		const char *one =
		    arena_printf(p->a, "%s %s", c->testcase->name, verdict_state_names[c->state]);

		all = !strcmp(one, words) || !strcmp(all, words)
			  ? words
			  : arena_printf(p->a, "%s%s, ", all, one);
	}
	judge(p, "control", all, words);
}

static struct operator_verdicts
pool(struct player *p, enum operator_kind kind)
{
	struct operator_pool *operators = operator_pool_new(p->a, NULL, kind);

	for (size_t i = 0; i < p->sets_n; i++)
		operator_pool_add(operators, &p->sets[i].seen, &p->sets[i].verdicts);
	return operator_pool_end(operators);
}

static void
play_operator(struct player *p, enum operator_kind kind, struct span rest)
{
	struct span operator= word(&rest), capability = word(&rest), state = word(&rest);
	struct span votes = word(&rest);
	struct operator_verdicts all = pool(p, kind);
	const char *got = "none", *want = text(p, state);

	for (size_t i = 0; i < all.n; i++)
		if (is_word(operator, all.v[i].operator) &&
		    is_word(capability, all.v[i].capability->name))
			got = votes.n ? arena_printf(p->a, "%s %zu/%zu",
					    verdict_state_names[all.v[i].state], all.v[i].yes_n,
					    all.v[i].votes_n)
				      : verdict_state_names[all.v[i].state];
	if (votes.n)
		want = arena_printf(p->a, "%s %s", want, text(p, votes));
	judge(p, text(p, capability), got, want);
}

static void
play_share(struct player *p, struct span rest)
{
	const struct capability *c = capability_find(text(p, word(&rest)));
	struct operator_verdicts all;
	struct share s;

	if (!c)
		stop(p, "no capability in front of", rest);
	all = pool(p, c->of_resolver ? OPERATOR_RESOLVER : OPERATOR_SENDER);
	s = share_of(p->a, &all, c, 1);
	judge(p, c->name,
	    arena_printf(p->a, "%zu %zu %zu", (size_t)s.by_operator.yes, (size_t)s.by_operator.no,
		(size_t)s.by_operator.undecided),
	    text(p, span_trim(rest)));
}

static void
play_set(struct player *p, struct span rest)
{
	struct played_set s = {.all = {.participant = "somebody", .from_domain = "one.example"},
	    .resolver = "192.0.2.53"};

	if (p->sets_n == SETS_MAX)
		stop(p, "too many sets", rest);
	s.all.id = text(p, word(&rest));
	for (struct span w = word(&rest); w.n; w = word(&rest)) {
		struct span value = w, key = span_cut(&value, '=');

		if (is_word(key, "from"))
			s.all.from_domain = text(p, value);
		else if (is_word(key, "resolver"))
			s.resolver = text(p, value);
		else if (is_word(key, "all-in-one"))
			s.all.all_in_one = true;
		else
			stop(p, "no such word of a set", w);
	}
	p->sets[p->sets_n] = s;
	p->at = p->sets_n++;
}

static void
play_in(struct player *p, struct span id)
{
	for (size_t i = 0; i < p->sets_n; i++)
		if (is_word(span_trim(id), p->sets[i].all.id)) {
			p->at = i;
			return;
		}
	stop(p, "no set", id);
}

static void
play_setting(struct player *p, struct span rest)
{
	struct span name = word(&rest);
	int64_t us = time_of(p, word(&rest));

	if (is_word(name, "deadline"))
		p->settings.deadline_us = us;
	else if (is_word(name, "retry"))
		p->settings.retry_least_us = us;
	else if (is_word(name, "health"))
		p->settings.health_every_us = us;
	else
		stop(p, "no setting", name);
}

static void
play_gap(struct player *p, struct span rest)
{
	p->gaps = arena_grow(p->a, p->gaps, p->gaps_n, p->gaps_n + 1, sizeof *p->gaps);
	p->gaps[p->gaps_n][0] = START_US + time_of(p, word(&rest));
	p->gaps[p->gaps_n++][1] = START_US + time_of(p, word(&rest));
}

static void
play_scenario(struct player *p, struct span title)
{
	p->scenario = text(p, span_trim(title));
	memset(p->sets, 0, sizeof p->sets);
	p->sets_n = p->at = p->health_n = p->health_room = p->gaps_n = 0;
	p->health = NULL;
	p->clock = (struct clock_marks){p->marks, 0};
	p->gaps = NULL;
	p->last = NULL;
	p->settings = verdict_settings_default;
	p->settings.health_every_us = SECONDS_US(HEALTH_APART_H * 3600);
}

static void
play_votes(struct player *p, struct span want)
{
	judge(p, "votes", arena_printf(p->a, "%zu/%zu", p->last->yes_n, p->last->votes_n),
	    text(p, span_trim(want)));
}

static void
play_resolver(struct player *p, struct span want)
{
	judge(p, "resolver", p->last->resolver ? p->last->resolver : "-", text(p, span_trim(want)));
}

static void
play_greylisting(struct player *p, struct span want)
{
	const struct probe_set *set = &current(p)->seen;
	struct span name = word(&want);
	const char *got = "-";

	for (size_t i = 0; i < set->greylisting_n; i++) {
		const struct greylisting *g = &set->greylisting[i];

		if (!is_word(name, g->testcase->name))
			continue;
		got = arena_printf(p->a, "%u", (unsigned)g->attempts);
		for (size_t k = 0; k < g->gaps_n; k++)
			got = arena_printf(p->a, "%s %u", got, (unsigned)g->gap_ms[k] / 1000);
		if (g->accepted)
			got = arena_printf(
			    p->a, "%s in %u", got, (unsigned)g->accepted_after_ms / 1000);
		got = arena_printf(p->a, "%s%s%s", got, g->sender_changed ? " sender" : "",
		    g->client_changed ? " client" : "");
	}
	judge(p, "greylisting", got, text(p, span_trim(want)));
}

static void
play_sender(struct player *p, struct span rest)
{
	play_operator(p, OPERATOR_SENDER, rest);
}

static void
play_resolvers(struct player *p, struct span rest)
{
	play_operator(p, OPERATOR_RESOLVER, rest);
}

static const struct {
	const char *word;
	bool about_last;
	void (*play)(struct player *p, struct span rest);
} steps[] = {
    {"scenario", false, play_scenario},
    {"setting", false, play_setting},
    {"set", false, play_set},
    {"in", false, play_in},
    {"normal", false, play_normal},
    {"probes", false, play_probes},
    {"healthy", false, play_healthy},
    {"red", false, play_red},
    {"clock", false, play_clock},
    {"gap", false, play_gap},
    {"now", false, play_now},
    {"expect", false, play_expect},
    {"says", true, play_says},
    {"records", true, play_records},
    {"ascribed", true, play_ascribed},
    {"control", true, play_control},
    {"votes", true, play_votes},
    {"resolver", true, play_resolver},
    {"greylisting", false, play_greylisting},
    {"sender", false, play_sender},
    {"resolvers", false, play_resolvers},
    {"share", false, play_share},
};

static void
play_line(struct player *p, struct span line)
{
	struct span rest = line, first = word(&rest);

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (is_word(first, steps[i].word)) {
			if (steps[i].about_last && !p->last)
				stop(p, "nothing expected before", line);
			steps[i].play(p, span_trim(rest));
			return;
		}
	if (!is_digit(first.p[0]) && first.p[0] != '-')
		stop(p, "no such step", first);
	enum item_kind kind = kind_of(p, word(&rest));
	struct probe *probe = probe_of(p, word(&rest), false);

	add_item(p, time_of(p, first), kind, probe, rest);
}

static void
play_file(const char *cases, const char *file, struct buf *json)
{
	struct player *p = must(calloc(1, sizeof *p));
	struct span rest;
	const char *error;

	p->a = arena_new();
	p->name = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	p->scenario = "";
	p->json = json;
	error = testcases_read(p->a, cases, &p->cases);
	if (!error)
		error = tree_read(p->a, file, FILE_MAX, &rest);
	if (error)
		stop(p, error, span_str(file));
	while (rest.p) {
		struct span line = span_trim(span_cut(&rest, '\n'));

		if (line.n && line.p[0] != '#')
			play_line(p, line);
	}
	arena_free(p->a);
	free(p);
}

int
main(int argc, char **argv)
{
	bool json = argc > 1 && !strcmp(argv[1], "--json");
	struct buf out;

	if (argc < 3 + json) {
		fprintf(stderr, "usage: verdictplay [--json] TESTCASES FILE...\n");
		return 64;
	}
	buf_init(&out, (size_t)1 << 30);
	for (int i = 2 + json; i < argc; i++)
		play_file(argv[1 + json], argv[i], json ? &out : NULL);
	if (json)
		fwrite(out.p, 1, out.n, stdout);
	buf_free(&out);
	return json ? 0 : tap_end();
}
