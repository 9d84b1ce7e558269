/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>

#include "base/rng.h"
#include "queryparse/joiner.h"

enum { QUERIES = 3000, WINDOW_US = 1000000 };

static struct query passed[2 * QUERIES + 10];
static size_t passed_n;

static void
keep(void *state, const struct query *q)
{
	(void)state;
	memcpy(&passed[passed_n++], q, query_size(q));
}

static struct joiner_params params = {.window_us = WINDOW_US, .held_max = 100000, .write = keep};

static struct query
asked(int64_t us, int port, int id)
{
	struct query q;

	query_init(&q, SOURCE_DNSTAP);
	q.time_us = us;
	q.client.is_known = q.server.is_known = true;
	q.client.port = port;
	q.server.port = 53;
	q.id = id;
	return q;
}

static struct query
answer(int64_t us, int port, int id)
{
	struct query q = asked(us, port, id);

	q.kind = QUERY_ANSWER;
	q.answer_us = us;
	q.rcode = 3;
	return q;
}

static void
test_order(void)
{
	struct joiner *j = joiner_new(&params);
	struct query q;

	passed_n = 0;
	q = asked(2000000, 1, 1);
	joiner_add(j, &q);
	q = asked(1500000, 2, 2);
	joiner_add(j, &q);
	SAME_INT(passed_n, 0, "they wait");
	q = asked(2600000, 3, 3);
	joiner_add(j, &q);
	SAME_INT(passed_n, 1, "not for longer than the window");
	SAME_INT(passed[0].time_us, 1500000, "the earliest first");
	q = asked(100, 4, 4);
	joiner_add(j, &q);
	SAME_INT(passed[1].time_us, 100, "one that comes too late does not wait");
	SAME_INT(joiner_counts(j)->late, 1, "and is counted");
	q = answer(2000100, 1, 1);
	joiner_add(j, &q);
	joiner_end(j);
	SAME_INT(passed_n, 4, "in the end all are there");
	SAME_INT(passed[2].rcode, 3, "one with its answer");
	SAME_INT(passed[2].answer_us, 2000100, "and when that was sent");
	SAME_INT(joiner_counts(j)->unanswered, 3, "the others without");
	joiner_free(j);
}

static void
test_matching(void)
{
	struct joiner *j = joiner_new(&params);
	struct query q;

	passed_n = 0;
	q = asked(1, 1, 7);
	OK(dns_qname_read(SPAN_LIT("a.b"), &q.name), "a name");
	q.type = 1;
	q.class = 1;
	joiner_add(j, &q);
	q.time_us = 2;
	joiner_add(j, &q); /* the same again: a lost answer */
	q = answer(3, 1, 7);
	OK(dns_qname_read(SPAN_LIT("a.c"), &q.name), "another name");
	q.type = q.class = 1;
	joiner_add(j, &q);
	q = answer(4, 1, 7);
	q.proto = PROTO_TCP;
	joiner_add(j, &q);
	q = answer(5, 1, 8);
	joiner_add(j, &q);
	q = answer(6, 1, 7);
	OK(dns_qname_read(SPAN_LIT("A.B"), &q.name), "its name in another case");
	q.type = q.class = 1;
	joiner_add(j, &q);
	joiner_end(j);
	SAME_INT(passed_n, 5, "answers that fit no query stand alone");
	SAME_INT(joiner_counts(j)->orphans, 3, "and are counted");
	SAME_INT(passed[0].answer_us, 6, "the oldest of two takes the answer");
	OK(passed[1].answer_us == TIME_UNKNOWN, "the other none");
	joiner_free(j);
}

static void
test_leap(void)
{
	const int64_t hour = INT64_C(3600000000);
	struct joiner *j = joiner_new(&params);
	struct query q;

	passed_n = 0;
	q = asked(1000, 1, 1);
	joiner_add(j, &q);
	q = asked(9000 * hour, 9, 9);
	joiner_add(j, &q);
	SAME_INT(passed_n, 0, "one stamp far ahead");
	q = answer(1100, 1, 1);
	joiner_add(j, &q);
	q = asked(2000, 2, 2);
	joiner_add(j, &q);
	SAME_INT(passed_n, 0, "lets the others wait");
	q = asked(7000 * hour, 9, 8);
	joiner_add(j, &q);
	SAME_INT(passed_n, 0, "so does another one elsewhere");
	q = asked(7000 * hour + 1, 3, 3);
	joiner_add(j, &q);
	SAME_INT(passed_n, 2, "two that agree show that time has passed");
	SAME_INT(passed[0].rcode, 3, "an answer found its query");
	joiner_end(j);
	SAME_INT(passed_n, 5, "in the end all are there");
	SAME_INT(passed[4].time_us, 9000 * hour, "in their order");
	SAME_INT(joiner_counts(j)->late, 0, "none too late");
	joiner_free(j);
}

static void
test_held(void)
{
	struct joiner_params few = params;
	struct joiner *j;

	few.held_max = 10;
	j = joiner_new(&few);
	passed_n = 0;
	for (int i = 0; i < 15; i++) {
		struct query q = asked(100 - i, 1, i);

		joiner_add(j, &q);
	}
	SAME_INT(passed_n, 5, "no more wait than may");
	joiner_free(j);
}

/* What happens: queries in the order of time, each with an answer a little later or none. */
struct event {
	struct query q;
	int64_t arrives_us;
};

static int
by_arrival(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return x->arrives_us < y->arrives_us ? -1 : x->arrives_us > y->arrives_us;
}

/* Saves the joiner and goes on with another one. */
static struct joiner *
save_and_load(struct joiner *j)
{
	struct joiner *next = joiner_new(&params);
	struct arena *a = arena_new();
	struct codec write = {.out = NULL}, read = {.arena = a};
	struct buf state;

	buf_init(&state, 1 << 28);
	write.out = &state;
	joiner_code(&write, j);
	read.in = cursor_on(buf_span(&state));
	joiner_code(&read, next);
	if (!cur_done(&read.in))
		abort();
	buf_free(&state);
	arena_free(a);
	joiner_free(j);
	return next;
}

static void
test_random(uint64_t seed)
{
	static struct event events[2 * QUERIES];
	struct rng rng = rng_seeded(&seed);
	struct joiner *j = joiner_new(&params);
	int64_t us = 1000000;
	size_t n = 0, wrong = 0;

	passed_n = 0;
	for (int i = 0; i < QUERIES; i++) {
		int port = (int)rng_below(&rng, 50);

		us += 1 + (int64_t)rng_below(&rng, 20000);
		/* Up to half a window late, as workers of a server tell it. */
		events[n].q = asked(us, port, i);
		events[n++].arrives_us = us + (int64_t)rng_below(&rng, WINDOW_US / 4);
		if (i % 5 == 0)
			continue;
		events[n].q = answer(us + 100 + i, port, i);
		events[n].arrives_us =
		    events[n - 1].arrives_us + (int64_t)rng_below(&rng, WINDOW_US / 4);
		n++;
	}
	qsort(events, n, sizeof *events, by_arrival);
	for (size_t i = 0; i < n; i++) {
		joiner_add(j, &events[i].q);
		if (rng_below(&rng, 200) == 0)
			j = save_and_load(j);
	}
	joiner_end(j);
	for (size_t i = 0; i < passed_n; i++)
		wrong += passed[i].id != (int)i || (passed[i].rcode == UNTOLD) != (i % 5 == 0) ||
			 (i && passed[i].time_us < passed[i - 1].time_us);
	OK(passed_n == QUERIES && !wrong, "whatever the order, each in its place with its answer");
	joiner_free(j);
}

int
main(void)
{
	test_order();
	test_matching();
	test_leap();
	test_held();
	for (uint64_t seed = 1; seed <= 5; seed++)
		test_random(seed);
	return tap_end();
}
