/* SPDX-License-Identifier: GPL-3.0-or-later */
/* player - a scenario as far as it is played: the sets, what was seen of their probes, and what the
 * verdicts are now.
 *
 * A line's words come to a play_WORD function; what a scenario writes wrongly ends the program. */
#ifndef EMT_PLAY_PLAYER_H
#define EMT_PLAY_PLAYER_H

#include "report/verdict.h"

enum { SETS_MAX = 8, ITEMS_MAX = 64, HEALTH_APART_H = 6, HEALTH_H = 240 };
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

/* "Bail out!", and the program ends. */
_Noreturn void player_stop(const struct player *p, const char *what, struct span about);

/* The next word, taken from *rest; empty at its end. */
struct span player_word(struct span *rest);
bool player_is(struct span s, const char *is);
const char *player_text(struct player *p, struct span s);

/* Microseconds: 90s, 5d12h, -10m. */
int64_t player_time(struct player *p, struct span s);
const struct testcase *player_case(struct player *p, struct span s);

/* The set that lines are about; "s", if the scenario has made none. */
struct played_set *player_set(struct player *p);

/* PROBE: a case, or mail-ok/1, mail-ok/2. */
struct probe *player_probe(struct player *p, struct span s, bool make);

/* One test; none with --json. */
void player_judge(struct player *p, const char *what, const char *got, const char *want);

/* The end of the TAP; its exit code. */
int player_end(void);

#endif
