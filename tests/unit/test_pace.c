/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When connections may begin (mxinfer/scan/pace.h), on a clock that moves by itself: every limit
 * holds at every moment, everybody has a turn, and the order is fair. */
#include <stdlib.h>

#include "base/rng.h"
#include "mxinfer/scan/pace.h"
#include "tests/tap.h"

enum { PEOPLE_MAX = 20000, NETS = 40, OPERATORS = 30 };

struct person {
	struct ip ip;
	unsigned net, operator_n;
	uint32_t order; /* of beginning; 0: not yet */
	int64_t begun_us;
	struct loop_timer *timer;
};

struct play {
	struct loop *loop;
	struct pace *pace;
	struct pace_limits limits;
	int64_t now_us;
	uint64_t seed;
	struct person people[PEOPLE_MAX + 1];
	uint32_t open, begun, most_open;
	unsigned net_open[NETS], operator_open[OPERATORS];
	bool over;         /* a limit was broken */
	int64_t takes_us;  /* of each connection; 0: a random time */
	uint32_t again_id; /* who comes back once */
};

static struct play play;

static struct span
operator_name(unsigned n)
{
	static char text[32];

	snprintf(text, sizeof text, "operator%u.example", n);
	return n ? span_str(text) : (struct span){"", 0};
}

static void
add(uint32_t id)
{
	struct person *p = &play.people[id];

	pace_add(play.pace, id, &p->ip, operator_name(p->operator_n));
}

static void
on_end(void *arg)
{
	struct person *p = arg;
	uint32_t id = (uint32_t)(p - play.people);

	loop_timer_free(p->timer);
	p->timer = NULL;
	play.open--;
	play.net_open[p->net]--;
	play.operator_open[p->operator_n]--;
	pace_done(play.pace, id);
	if (id == play.again_id) {
		play.again_id = 0;
		add(id);
	}
}

static void
on_start(void *arg, uint32_t id)
{
	struct person *p = &play.people[id];
	struct rng rng = rng_seeded(&play.seed);
	uint32_t net_limit = p->ip.v6 ? play.limits.ipv6_48 : play.limits.ipv4_24;

	(void)arg;
	p->order = ++play.begun;
	p->begun_us = play.now_us;
	if (++play.open > play.limits.open || ++play.net_open[p->net] > net_limit ||
	    (++play.operator_open[p->operator_n] > play.limits.operator_n && p->operator_n))
		play.over = true;
	if (play.open > play.most_open)
		play.most_open = play.open;
	p->timer = loop_timer_new(play.loop, on_end, p);
	loop_timer_set(p->timer,
	    play.now_us + (play.takes_us ? play.takes_us : 1 + (int64_t)rng_below(&rng, 5000000)));
}

static void
begin(const struct pace_limits *limits)
{
	play = (struct play){.limits = *limits, .now_us = 1000000, .seed = 7};
	play.loop = loop_new_virtual(&play.now_us);
	play.pace = pace_new(play.loop, limits, on_start, NULL);
}

static void
end(void)
{
	pace_free(play.pace);
	loop_free(play.loop);
}

static void
person(uint32_t id, unsigned net, unsigned operator_n, bool v6)
{
	struct person *p = &play.people[id];

	*p = (struct person){.net = net, .operator_n = operator_n};
	p->ip = v6 ? (struct ip){.v6 = true, .octets = {0x20, 1, 0, 0, 0, (unsigned char)net}}
		   : (struct ip){.octets = {10, 0, (unsigned char)net}};
	/* Behind the prefix it may be anything. */
	p->ip.octets[v6 ? 6 : 3] = (unsigned char)id;
}

static void
test_limits(void)
{
	const struct pace_limits sets[] = {
	    {.open = 50, .ipv4_24 = 2, .ipv6_48 = 3, .operator_n = 4},
	    {.open = 7, .ipv4_24 = 1, .ipv6_48 = 1, .operator_n = 1},
	    {.open = 1000, .per_second = 300, .ipv4_24 = 5, .ipv6_48 = 2, .operator_n = 6},
	    {.open = 1000, .ipv4_24 = 1000, .ipv6_48 = 1000, .operator_n = 1},
	};

	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		uint64_t seed = 11 + i;
		struct rng rng = rng_seeded(&seed);
		uint32_t n = 5000, done = 0;

		begin(&sets[i]);
		for (uint32_t id = 1; id <= n; id++) {
			/* Few have most, as it is in the world. */
			unsigned net =
			    (unsigned)(rng_below(&rng, NETS) * rng_below(&rng, NETS) / NETS);

			person(id, net,
			    (unsigned)(rng_below(&rng, OPERATORS) * rng_below(&rng, OPERATORS) /
				       OPERATORS),
			    net % 2);
			add(id);
		}
		SAME_INT(
		    (long long)pace_waiting_n(play.pace), n, "limits hold, and all have a turn");
		play.again_id = n / 2;
		loop_run(play.loop);
		for (uint32_t id = 1; id <= n; id++)
			done += play.people[id].order != 0;
		OK(!play.over, "limits hold, and all have a turn");
		SAME_INT(done, n, "limits hold, and all have a turn");
		SAME_INT(play.begun, n + 1, "limits hold, and all have a turn");
		SAME_INT(
		    (long long)pace_waiting_n(play.pace), 0, "limits hold, and all have a turn");
		SAME_INT((long long)pace_open_n(play.pace), 0, "limits hold, and all have a turn");
		end();
	}
}

static void
test_all_room_is_used(void)
{
	const struct pace_limits limits = {
	    .open = 10, .ipv4_24 = 1, .ipv6_48 = 1, .operator_n = 100};

	begin(&limits);
	play.takes_us = 1000000;
	/* A thousand of one network in front of one of each of the others. */
	for (uint32_t id = 1; id <= 1000; id++)
		person(id, 0, 0, false), add(id);
	for (uint32_t id = 1001; id <= 1009; id++)
		person(id, id - 1000, 0, false), add(id);
	loop_run(play.loop);
	OK(!play.over, "nobody waits behind a busy network");
	SAME_INT(play.most_open, 10, "nobody waits behind a busy network");
	for (uint32_t id = 1001; id <= 1009; id++)
		SAME_INT((long long)play.people[id].begun_us, 1000000,
		    "nobody waits behind a busy network"); /* at once */
	for (uint32_t id = 1; id <= 1000; id++)            /* one after the other, in their order */
		if (play.people[id].begun_us != id * INT64_C(1000000))
			SAME_INT((long long)id, -1, "nobody waits behind a busy network");
	end();
}

static void
test_rate(void)
{
	const struct pace_limits limits = {.open = 100000,
	    .per_second = 100,
	    .ipv4_24 = 100000,
	    .ipv6_48 = 1,
	    .operator_n = 100000};
	uint32_t n = 1000, worst = 0;

	begin(&limits);
	play.takes_us = 10;
	for (uint32_t id = 1; id <= n; id++)
		person(id, id % NETS, 0, false), add(id);
	loop_run(play.loop);
	/* In no second are there more than so many, and the little that may be made up for. */
	for (uint32_t from = 1; from <= n; from++) {
		uint32_t in_second = 0;

		for (uint32_t id = from; id <= n; id++)
			in_second +=
			    play.people[id].begun_us < play.people[from].begun_us + 1000000;
		worst = in_second > worst ? in_second : worst;
	}
	OK(worst >= 100 && worst <= 103, "connections a second");
	OK(play.people[n].begun_us >= 1000000 + 9800000 &&
		play.people[n].begun_us <= 1000000 + 10000000,
	    "connections a second");
	end();
}

static void
test_hold(void)
{
	const struct pace_limits limits = {
	    .open = 10, .ipv4_24 = 10, .ipv6_48 = 10, .operator_n = 10};

	begin(&limits);
	play.takes_us = 10;
	pace_hold(play.pace, true);
	person(1, 1, 0, false);
	add(1);
	loop_run(play.loop);
	SAME_INT(play.begun, 0, "held");
	pace_hold(play.pace, false);
	loop_run(play.loop);
	SAME_INT(play.begun, 1, "held");
	end();
}

/* Two queues could lead the same ones to and fro; each end looks at a bounded number. */
static void
test_time(void)
{
	const struct pace_limits limits = {.open = 64, .ipv4_24 = 1, .ipv6_48 = 1, .operator_n = 1};

	begin(&limits);
	play.takes_us = 1000;
	for (uint32_t id = 1; id <= PEOPLE_MAX; id++)
		person(id, id % 2, 1 + id / 2 % 2, false), add(id);
	loop_run(play.loop);
	OK(!play.over, "two queues that lead to each other");
	SAME_INT(play.begun, PEOPLE_MAX, "two queues that lead to each other");
	/* Two may run at once: (0, 1) beside (1, 2), or (0, 2) beside (1, 1). */
	OK(play.now_us < 1000000 + PEOPLE_MAX * INT64_C(1000) * 3 / 4,
	    "two queues that lead to each other");
	end();
}

int
main(void)
{
	test_limits();
	test_all_room_is_used();
	test_rate();
	test_hold();
	test_time();
	return tap_end();
}
