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
 * TIME KIND PROBE [WORD...]	an item (report/evidence.h); the words: see take_word
 * healthy [except CASE/PART...]	health records of all parts, six hours apart, for ten days
 * red CASE/PART TIME [words]	one that is red
 * gap TIME TIME		queries may be missing
 * now TIME			from here on expectations are of that time; later items are unknown
 * in ID			... and of that set
 * expect CASE|CAPABILITY STATE [EVIDENCE|-]	with the rule that led there; -: none
 * says TEXT			the note of that verdict holds TEXT
 * records KIND:CERTAINTY...	it rests on exactly these
 * control CASE STATE		it lists such a control
 * votes K/N			of one that is mixed
 * resolver NAME|-		its resolver
 * sender|resolvers OPERATOR CAPABILITY STATE [K/N]	of all sets together
 * share CAPABILITY YES NO UNDECIDED	by sender, or by resolver where it is one's
 *
 * The player does the loader's part: the set's operator is that of the first mail-ok, and who comes
 * from another operator is foreign. */
#include <stdlib.h>

#include "base/cursor.h"
#include "io/tree.h"
#include "report/share.h"
#include "report/verdict_json.h"
#include "tests/tap.h"

enum { SETS_MAX = 8, ITEMS_MAX = 64, FILE_MAX = 1 << 20, HEALTH_APART_H = 6, HEALTH_H = 240 };
#define START_US ((int64_t)1795290310 * 1000000)
#define SECONDS_US(n) ((int64_t)(n)*1000000)

struct played_set {
	struct probe_set all; /* as the scenario says */
	const char *resolver;
	struct probe_set seen; /* what the loader would give now */
	struct verdicts verdicts;
};

struct player {
	struct arena *a;
	const char *name, *scenario;
	struct testcases cases;
	struct verdict_settings settings;
	struct played_set sets[SETS_MAX];
	size_t sets_n, at; /* at: the set that lines are about */
	struct health *health;
	size_t health_n, health_room;
	int64_t (*gaps)[2];
	size_t gaps_n;
	int64_t now_us;
	const struct verdict *last;
	struct buf *json; /* NULL: TAP */
};

static _Noreturn void
stop(const struct player *p, const char *what, struct span about)
{
	printf("Bail out! %s: %s: %s \"%.*s\"\n", p->name, p->scenario, what, (int)about.n,
	    about.p ? about.p : "");
	exit(2);
}

static struct span
word(struct span *rest)
{
	*rest = span_trim(*rest);
	return span_cut(rest, ' ');
}

static const char *
text(struct player *p, struct span s)
{
	return arena_dup(p->a, s);
}

static bool
is_word(struct span s, const char *is)
{
	return span_eq(s, span_str(is));
}

static int64_t
time_of(struct player *p, struct span s)
{
	struct cursor c = cursor_on(s);
	int64_t sign = cur_maybe(&c, SPAN_LIT("-")) ? -1 : 1, us = 0;

	while (!cur_done(&c) && !c.failed) {
		int64_t n = (int64_t)cur_number(&c, 9);
		int unit = cur_peek(&c);

		cur_take(&c, c.rest.n ? 1 : 0);
		us += SECONDS_US(n) * (unit == 'd'      ? 86400
					  : unit == 'h' ? 3600
					  : unit == 'm' ? 60
					  : unit == 's' ? 1
							: 0);
	}
	if (c.failed)
		stop(p, "no time", s);
	return sign * us;
}

static const struct testcase *
case_of(struct player *p, struct span s)
{
	const struct testcase *t = testcase_find(&p->cases, s);

	if (!t)
		stop(p, "no test case", s);
	return t;
}

static struct played_set *
current(struct player *p)
{
	if (!p->sets_n) {
		p->sets[p->sets_n++] = (struct played_set){
		    .all = {.id = "s", .participant = "somebody", .from_domain = "one.example"},
		    .resolver = "192.0.2.53"};
	}
	return &p->sets[p->at];
}

/* PROBE: a case, or mail-ok/1, mail-ok/2. */
static struct probe *
probe_of(struct player *p, struct span s, bool make)
{
	struct played_set *set = current(p);
	struct span which = s, name = span_cut(&which, '/');
	const struct testcase *t = case_of(p, name);
	size_t before = which.p && is_word(which, "2") ? 1 : 0;

	for (size_t i = 0; i < set->all.probes_n; i++)
		if (set->all.probes[i].testcase == t && !before--)
			return &set->all.probes[i];
	if (!make)
		stop(p, "no such probe in the set", s);
	set->all.probes = arena_grow(p->a, set->all.probes, set->all.probes_n,
	    set->all.probes_n + 1, sizeof *set->all.probes);
	set->all.probes[set->all.probes_n] = (struct probe){.testcase = t,
	    .number = (int64_t)set->all.probes_n + 1,
	    .position = (int64_t)set->all.probes_n + 1,
	    .token = arena_printf(p->a, "%s-token-%zu", set->all.id, set->all.probes_n + 1),
	    .items = arena_alloc(p->a, ITEMS_MAX * sizeof(struct item))};
	return &set->all.probes[set->all.probes_n++];
}

static int
compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->time_us > y->time_us) - (x->time_us < y->time_us);
}

static bool
take_value(struct player *p, struct item *i, struct span key, struct span value)
{
	const char *t = text(p, value);

	if (is_word(key, "client"))
		i->from.address = t, i->from.ipv6 = strchr(t, ':') != NULL;
	else if (is_word(key, "host"))
		i->from.name = t;
	else if (is_word(key, "operator"))
		i->from.operator= t;
	else if (is_word(key, "as"))
		i->from.as_number = (uint32_t)strtoul(t, NULL, 10);
	else if (is_word(key, "tls"))
		i->tls = t, i->starttls = true;
	else if (is_word(key, "error"))
		i->tls_error = t;
	else if (is_word(key, "end"))
		i->end = t;
	else if (is_word(key, "from"))
		i->mail_from = is_word(value, "<>") ? "" : t;
	else if (is_word(key, "code"))
		i->code = (int)strtol(t, NULL, 10);
	else if (is_word(key, "status"))
		i->status = t;
	else if (is_word(key, "resolver"))
		i->resolver = t;
	else if (is_word(key, "resolver-operator"))
		i->resolver_operator = t;
	else if (is_word(key, "type"))
		i->type = t;
	else if (is_word(key, "session"))
		i->session = t;
	else if (is_word(key, "sharing"))
		i->sets_sharing = strtoul(t, NULL, 10);
	else if (is_word(key, "case"))
		i->testcase = case_of(p, value);
	else if (is_word(key, "token"))
		i->token = t;
	else
		return false;
	return true;
}

static void
take_word(struct player *p, struct item *i, struct span s)
{
	struct span value = s, key = span_cut(&value, '=');

	if (value.p && take_value(p, i, key, value))
		return;
	if (is_word(s, "starttls"))
		i->starttls = true;
	else if (is_word(s, "no-ehlo"))
		i->ehlo = false;
	else if (is_word(s, "refused-clear"))
		i->refused_clear = true;
	else if (is_word(s, "incomplete"))
		i->complete = false;
	else if (is_word(s, "no-session"))
		i->session_known = false;
	else if (is_word(s, "nobody"))
		i->from = (struct sender){.operator= i->from.operator};
	else if (is_word(s, "accepted"))
		i->accepted = true;
	else if (is_word(s, "final"))
		i->is_final = true;
	else if (is_word(s, "ipv6"))
		i->over_ipv6 = true;
	else if (is_word(s, "undelivered"))
		i->undelivered = "deferred 4.3.0";
	else if (is_word(s, "foreign"))
		i->foreign = true;
	else if (is_word(s, "certain") || is_word(s, "probable") || is_word(s, "background"))
		i->certainty = is_word(s, "certain")    ? CERTAIN
			       : is_word(s, "probable") ? PROBABLE
							: BACKGROUND;
	else
		stop(p, "no such word of an item", s);
}

static enum item_kind
kind_of(struct player *p, struct span s)
{
	for (size_t k = 0; k < ITEM_KINDS_N; k++)
		if (is_word(s, item_kind_names[k]))
			return (enum item_kind)k;
	stop(p, "no kind of item", s);
}

static void
add_item(
    struct player *p, int64_t time_us, enum item_kind kind, struct probe *probe, struct span words)
{
	struct played_set *set = current(p);
	bool v6 = probe->testcase->families == FAMILIES_IPV6,
	     smtp = kind == ITEM_SESSION || kind == ITEM_ATTEMPT || kind == ITEM_MAIL;
	struct item i = {.kind = kind,
	    .certainty = kind == ITEM_SESSION ? PROBABLE : CERTAIN,
	    .time_us = START_US + time_us,
	    .mail_from = "probe@one.example",
	    .end = "quit",
	    .ehlo = smtp,
	    .complete = true,
	    .session_known = smtp};

	if (smtp)
		i.from = (struct sender){.address = v6 ? "2001:db8::25" : "192.0.2.25",
		    .ipv6 = v6,
		    .name = "mx.one.example",
		    .operator= "one.example" };
	if (kind == ITEM_QUERY || kind == ITEM_CUT)
		i.resolver = set->resolver, i.type = "MX";
	if (probe->items_n == ITEMS_MAX)
		stop(p, "too many items of", span_str(probe->testcase->name));
	i.id = arena_printf(
	    p->a, "%s-%zu-%zu", item_kind_names[kind], (size_t)probe->number, probe->items_n + 1);
	for (struct span w = word(&words); w.n; w = word(&words))
		take_word(p, &i, w);
	probe->items[probe->items_n++] = i;
	qsort(probe->items, probe->items_n, sizeof i, compare_items);
}

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
	const struct item *first_ok = NULL;

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
			if (item->kind != ITEM_SESSION && item->kind != ITEM_CUT &&
			    (!s->seen.first_us || item->time_us < s->seen.first_us))
				s->seen.first_us = item->time_us;
			if (item->kind == ITEM_MAIL && !probe->testcase->controls_n &&
			    (!first_ok || item->time_us < first_ok->time_us))
				first_ok = item;
		}
	}
	s->seen.operator= first_ok ? first_ok->from.operator: NULL;
	for (size_t k = 0; first_ok && k < s->seen.probes_n; k++)
		for (size_t i = 0; i < s->seen.probes[k].items_n; i++) {
			struct item *item = &s->seen.probes[k].items[i];

			item->foreign |= item->from.operator&&
					 strcmp(item->from.operator, s->seen.operator) != 0;
		}
	s->seen.health = p->health;
	while (s->seen.health_n < p->health_n && p->health[s->seen.health_n].time_us <= p->now_us)
		s->seen.health_n++;
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
    {"gap", false, play_gap},
    {"now", false, play_now},
    {"expect", false, play_expect},
    {"says", true, play_says},
    {"records", true, play_records},
    {"control", true, play_control},
    {"votes", true, play_votes},
    {"resolver", true, play_resolver},
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
