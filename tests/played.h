/* SPDX-License-Identifier: GPL-3.0-or-later */
/* played - the state of verdictplay and the items of its language: TIME KIND PROBE [WORD...]. */
#ifndef EMT_TESTS_PLAYED_H
#define EMT_TESTS_PLAYED_H

#include <stddef.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "report/clock_marks.h"
#include "report/verdict.h"
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
	struct clock_mark marks[8]; /* by time */
	struct clock_marks clock;
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

/* KEY=TEXT */
static const struct {
	const char *key;
	size_t at;
} texts[] = {
    {"client", offsetof(struct item, from.address)},
    {"host", offsetof(struct item, from.name)},
    {"helo", offsetof(struct item, from.helo)},
    {"operator", offsetof(struct item, from.operator)},
    {"tls", offsetof(struct item, tls)},
    {"error", offsetof(struct item, tls_error)},
    {"end", offsetof(struct item, end)},
    {"from", offsetof(struct item, mail_from)},
    {"status", offsetof(struct item, status)},
    {"resolver", offsetof(struct item, resolver)},
    {"resolver-operator", offsetof(struct item, resolver_operator)},
    {"type", offsetof(struct item, type)},
    {"session", offsetof(struct item, session)},
    {"token", offsetof(struct item, token)},
};

static const struct {
	const char *word;
	size_t at;
	bool value;
} flags[] = {
    {"starttls", offsetof(struct item, starttls), true},
    {"no-ehlo", offsetof(struct item, ehlo), false},
    {"refused-clear", offsetof(struct item, refused_clear), true},
    {"incomplete", offsetof(struct item, complete), false},
    {"no-session", offsetof(struct item, session_known), false},
    {"accepted", offsetof(struct item, accepted), true},
    {"final", offsetof(struct item, is_final), true},
    {"ipv6", offsetof(struct item, over_ipv6), true},
    {"foreign", offsetof(struct item, foreign), true},
};

static bool
take_value(struct player *p, struct item *i, struct span key, struct span value)
{
	const char *t = text(p, is_word(value, "<>") ? SPAN_LIT("") : value);

	for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
		if (is_word(key, texts[k].key)) {
			*(const char **)((char *)i + texts[k].at) = t;
			i->from.ipv6 = i->from.address && strchr(i->from.address, ':');
			i->starttls |= i->tls != NULL;
			return true;
		}
	if (is_word(key, "as"))
		i->from.as_number = (uint32_t)strtoul(t, NULL, 10);
	else if (is_word(key, "code"))
		i->code = (int)strtol(t, NULL, 10);
	else if (is_word(key, "sharing"))
		i->sets_sharing = strtoul(t, NULL, 10);
	else if (is_word(key, "others"))
		i->fits_others = strtoul(t, NULL, 10), i->certainty = BACKGROUND;
	else if (is_word(key, "case"))
		i->testcase = case_of(p, value);
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
	for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
		if (is_word(s, flags[k].word)) {
			*(bool *)((char *)i + flags[k].at) = flags[k].value;
			return;
		}
	for (size_t c = 0; c < CERTAINTIES_N; c++)
		if (is_word(s, certainty_names[c])) {
			i->certainty = (enum certainty)c;
			return;
		}
	if (is_word(s, "nobody"))
		i->from = (struct sender){.operator= i->from.operator};
	else if (is_word(s, "undelivered"))
		i->undelivered = "deferred 4.3.0";
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

#endif
