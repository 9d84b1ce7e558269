/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/play/player.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "tests/tap.h"

_Noreturn void
player_stop(const struct player *p, const char *what, struct span about)
{
	printf("Bail out! %s: %s: %s \"%.*s\"\n", p->name, p->scenario, what, (int)about.n,
	    about.p ? about.p : "");
	exit(2);
}

struct span
player_word(struct span *rest)
{
	*rest = span_trim(*rest);
	return span_cut(rest, ' ');
}

const char *
player_text(struct player *p, struct span s)
{
	return arena_dup(p->a, s);
}

bool
player_is(struct span s, const char *is)
{
	return span_eq(s, span_str(is));
}

int64_t
player_time(struct player *p, struct span s)
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
		player_stop(p, "no time", s);
	return sign * us;
}

const struct testcase *
player_case(struct player *p, struct span s)
{
	const struct testcase *t = testcase_find(&p->cases, s);

	if (!t)
		player_stop(p, "no test case", s);
	return t;
}

struct played_set *
player_set(struct player *p)
{
	if (!p->sets_n) {
		p->sets[p->sets_n++] = (struct played_set){
		    .all = {.id = "s", .participant = "somebody", .from_domain = "one.example"},
		    .resolver = "192.0.2.53"};
	}
	return &p->sets[p->at];
}

struct probe *
player_probe(struct player *p, struct span s, bool make)
{
	struct played_set *set = player_set(p);
	struct span which = s, name = span_cut(&which, '/');
	const struct testcase *t = player_case(p, name);
	size_t before = which.p && player_is(which, "2") ? 1 : 0;

	for (size_t i = 0; i < set->all.probes_n; i++)
		if (set->all.probes[i].testcase == t && !before--)
			return &set->all.probes[i];
	if (!make)
		player_stop(p, "no such probe in the set", s);
	set->all.probes = arena_grow(p->a, set->all.probes, set->all.probes_n,
	    set->all.probes_n + 1, sizeof *set->all.probes);
	set->all.probes[set->all.probes_n] = (struct probe){.testcase = t,
	    .number = (int64_t)set->all.probes_n + 1,
	    .position = (int64_t)set->all.probes_n + 1,
	    .token = arena_printf(p->a, "%s-token-%zu", set->all.id, set->all.probes_n + 1),
	    .items = arena_alloc(p->a, ITEMS_MAX * sizeof(struct item))};
	return &set->all.probes[set->all.probes_n++];
}

void
player_judge(struct player *p, const char *what, const char *got, const char *want)
{
	if (!p->json)
		SAME_STR(got, want, arena_printf(p->a, "%s: %s: %s", p->name, p->scenario, what));
}

int
player_end(void)
{
	return tap_end();
}
