/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdictplay [--json] TESTCASES FILE... - plays scenarios: what was seen of a probe set, and the
 * verdicts that it must give.  TAP, or with --json the verdict/1 records.
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
 * TIME KIND PROBE [WORD...]	an item (report/evidence.h); the words: see play/seen.c
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
 * share CAPABILITY YES NO UNDECIDED	by sender, or by resolver where it is one's */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "io/tree.h"
#include "tests/tools/play/expected.h"
#include "tests/tools/play/moment.h"
#include "tests/tools/play/seen.h"

enum { FILE_MAX = 1 << 20 };

static void
play_set(struct player *p, struct span rest)
{
	struct played_set s = {.all = {.participant = "somebody", .from_domain = "one.example"},
	    .resolver = "192.0.2.53"};

	if (p->sets_n == SETS_MAX)
		player_stop(p, "too many sets", rest);
	s.all.id = player_text(p, player_word(&rest));
	for (struct span w = player_word(&rest); w.n; w = player_word(&rest)) {
		struct span value = w, key = span_cut(&value, '=');

		if (player_is(key, "from"))
			s.all.from_domain = player_text(p, value);
		else if (player_is(key, "resolver"))
			s.resolver = player_text(p, value);
		else if (player_is(key, "all-in-one"))
			s.all.all_in_one = true;
		else
			player_stop(p, "no such word of a set", w);
	}
	p->sets[p->sets_n] = s;
	p->at = p->sets_n++;
}

static void
play_in(struct player *p, struct span id)
{
	for (size_t i = 0; i < p->sets_n; i++)
		if (player_is(span_trim(id), p->sets[i].all.id)) {
			p->at = i;
			return;
		}
	player_stop(p, "no set", id);
}

static void
play_setting(struct player *p, struct span rest)
{
	struct span name = player_word(&rest);
	int64_t us = player_time(p, player_word(&rest));

	if (player_is(name, "deadline"))
		p->settings.deadline_us = us;
	else if (player_is(name, "retry"))
		p->settings.retry_least_us = us;
	else if (player_is(name, "health"))
		p->settings.health_every_us = us;
	else
		player_stop(p, "no setting", name);
}

static void
play_scenario(struct player *p, struct span title)
{
	p->scenario = player_text(p, span_trim(title));
	memset(p->sets, 0, sizeof p->sets);
	p->sets_n = p->at = p->health_n = p->health_room = p->gaps_n = 0;
	p->health = NULL;
	p->gaps = NULL;
	p->last = NULL;
	p->settings = verdict_settings_default;
	p->settings.health_every_us = SECONDS_US(HEALTH_APART_H * 3600);
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
	struct span rest = line, first = player_word(&rest);

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (player_is(first, steps[i].word)) {
			if (steps[i].about_last && !p->last)
				player_stop(p, "nothing expected before", line);
			steps[i].play(p, span_trim(rest));
			return;
		}
	if (!is_digit(first.p[0]) && first.p[0] != '-')
		player_stop(p, "no such step", first);
	play_seen(p, line);
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
		player_stop(p, error, span_str(file));
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
	return json ? 0 : player_end();
}
