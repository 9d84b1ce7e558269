/* SPDX-License-Identifier: GPL-3.0-or-later */
/* health_watch against a slow look at every second, with records one by one and as runs. */
#include "report/health_watch.h"

#include "base/rng.h"
#include "tests/tap.h"

enum { TIMES = 100, EVERY = 10, FROM = 30, TO = 60, ROUNDS = 3000 };

static const struct role host = {.id = ROLE_PLAINTEXT, .name = "plaintext"};
static const struct testcase t = {
    .name = "mail-plaintext", .zone = "", .host = &host, .families = FAMILIES_IPV4};
static const struct testcase other = {.name = "v4-mail", .zone = "", .host = &host};

/* All parts of the case, but the listener, are seen to be well all the time. */
static size_t
well(struct health *v)
{
	static const char *const parts[][2] = {{"dnssec", NULL}, {"delegation", NULL}, {"mx", NULL},
	    {"name-server", "ipv4"}, {"name-server", "ipv6"}, {"address", "ipv4"},
	    {"address", "ipv6"}, {"records", "ipv6"}, {"starttls", "ipv4"}, {"tlsa", "ipv4"},
	    {"recipient", "ipv4"}, {"relay", "ipv4"}};
	size_t n = sizeof parts / sizeof *parts;

	for (size_t i = 0; i < n; i++)
		v[i] = (struct health){.id = "well",
		    .time_us = 1,
		    .until_us = TIMES,
		    .testcase = &t,
		    .part = parts[i][0],
		    .family = parts[i][1],
		    .ok = true};
	return n;
}

/* What there is of the listener at each time: 0 nothing, 1 well, 2 red. */
static bool
is_fine(const int at[TIMES])
{
	int first = FROM, last = TO, before = FROM;
	bool any = false;

	while (first > FROM - EVERY && !at[first])
		first--;
	if (!at[first])
		first = FROM;
	while (last < TIMES - 1 && last <= TO + EVERY && !at[last])
		last++;
	if (last > TO + EVERY || !at[last])
		last = TO;
	for (int i = first; i <= last; i++) {
		if (at[i] == 2)
			return false;
		if (!at[i])
			continue;
		if (i - before > EVERY)
			return false;
		before = i > before ? i : before;
		any = true;
	}
	return any && TO - before <= EVERY;
}

static size_t
as_records(const int at[TIMES], bool runs, struct health *v)
{
	size_t n = 0;
	int before = -1000;

	for (int i = 1; i < TIMES; i++) {
		if (!at[i])
			continue;
		if (runs && n && v[n - 1].ok == (at[i] == 1) && i - before <= EVERY)
			v[n - 1].until_us = i;
		else
			v[n++] = (struct health){.id = "listener",
			    .time_us = i,
			    .testcase = &t,
			    .part = "listener",
			    .family = "ipv4",
			    .ok = at[i] == 1};
		before = i;
	}
	return n;
}

static bool
watch(struct arena *a, const int at[TIMES], bool runs)
{
	static struct health v[TIMES + 32];
	struct probe_set set = {.health = v};

	set.health_n = well(v);
	set.health_n += as_records(at, runs, v + set.health_n);
	return health_watch(a, &set, &t, FROM, TO, EVERY).fine;
}

static void
test_random(void)
{
	uint64_t state = 11;
	struct rng rng = rng_seeded(&state);
	size_t fine = 0, wrong = 0, wrong_runs = 0;

	for (size_t round = 0; round < ROUNDS; round++) {
		struct arena *a = arena_new();
		int at[TIMES] = {0};
		uint64_t sparse = 1 + rng_below(&rng, EVERY), red = 3 + rng_below(&rng, 60);
		bool want;

		for (int i = 1; i < TIMES; i++)
			if (!rng_below(&rng, sparse))
				at[i] = rng_below(&rng, red) ? 1 : 2;
		want = is_fine(at);
		fine += want;
		wrong += watch(a, at, false) != want;
		wrong_runs += watch(a, at, true) != want;
		arena_free(a);
	}
	SAME_INT(wrong, 0, "records one by one: as the slow look");
	SAME_INT(wrong_runs, 0, "records as runs: as the slow look");
	OK(fine > ROUNDS / 20 && fine < ROUNDS - ROUNDS / 20, "both happen");
}

static void
test_parts(void)
{
	struct arena *a = arena_new();
	struct health v[64];
	struct probe_set set = {.health = v};
	struct health_watch w;

	set.health_n = well(v);
	w = health_watch(a, &set, &t, FROM, TO, EVERY);
	OK(!w.fine, "a part that nobody looked at");
	SAME_STR(w.note, "no health record of mail-plaintext: listener over IPv4, at that time",
	    "and which");
	v[set.health_n] = v[0];
	v[set.health_n].part = "listener";
	v[set.health_n++].family = "ipv4";
	w = health_watch(a, &set, &t, FROM, TO, EVERY);
	OK(w.fine && !w.note, "now all parts are seen");
	SAME_INT(w.n, set.health_n, "a record of each");
	v[set.health_n] = v[0];
	v[set.health_n].part = "something-new";
	v[set.health_n++].ok = false;
	w = health_watch(a, &set, &t, FROM, TO, EVERY);
	OK(!w.fine && w.n == 1, "a part that this program does not know, and red");
	v[set.health_n - 1].testcase = &other;
	OK(health_watch(a, &set, &t, FROM, TO, EVERY).fine, "another case's");
	arena_free(a);
}

int
main(void)
{
	test_parts();
	test_random();
	return tap_end();
}
