/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/play/moment.h"

#include <stdlib.h>

#include "report/verdict_json.h"
#include "tests/tools/play/seen.h"

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

void
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
void
play_red(struct player *p, struct span rest)
{
	struct span what = player_word(&rest), at = player_word(&rest);
	struct span name = span_cut(&what, '/'), part = span_cut(&what, '/');

	rest = span_trim(rest);
	add_health(p, player_case(p, name), player_text(p, part),
	    what.p ? player_text(p, what) : NULL, player_time(p, at),
	    rest.n ? player_text(p, rest) : "it does not answer");
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

void
play_gap(struct player *p, struct span rest)
{
	p->gaps = arena_grow(p->a, p->gaps, p->gaps_n, p->gaps_n + 1, sizeof *p->gaps);
	p->gaps[p->gaps_n][0] = START_US + player_time(p, player_word(&rest));
	p->gaps[p->gaps_n++][1] = START_US + player_time(p, player_word(&rest));
}

void
play_now(struct player *p, struct span at)
{
	player_set(p);
	p->now_us = START_US + player_time(p, at);
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
