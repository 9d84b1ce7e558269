/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/joiner.h"

#include <stdlib.h>

enum {
	BUCKETS_BITS = 17,
	BUCKETS_N = 1 << BUCKETS_BITS,
	TRIES_MAX = 64, /* open queries of one bucket that an answer is compared with */
};

#define LEAP_US INT64_C(3600000000)

/* One that waits.  It lies in the heap, and while it is open in the list of its bucket, too. */
struct held {
	struct held *next, **link; /* link: what points here; NULL: not in a list */
	uint64_t sequence;         /* in which they came: equal times keep their order */
	struct query q;            /* the last member: no longer than its name */
};

struct joiner {
	struct joiner_params params;
	struct held **heap; /* the earliest on top */
	size_t n, room;
	struct held **buckets, ***ends; /* oldest first; where the next one goes */
	uint64_t sequence;
	int64_t latest_us, passed_us; /* of what came in, of what was passed on */
	int64_t leap_us; /* of one far ahead of all others; TIME_UNKNOWN: the last was not */
	struct joiner_counts counts;
};

struct joiner *
joiner_new(const struct joiner_params *params)
{
	struct joiner *j = must(calloc(1, sizeof *j));

	j->params = *params;
	j->buckets = must(calloc(BUCKETS_N, sizeof *j->buckets));
	j->ends = must(calloc(BUCKETS_N, sizeof *j->ends));
	for (size_t i = 0; i < BUCKETS_N; i++)
		j->ends[i] = &j->buckets[i];
	j->latest_us = j->passed_us = j->leap_us = TIME_UNKNOWN;
	return j;
}

void
joiner_free(struct joiner *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < j->n; i++)
		free(j->heap[i]);
	free(j->heap);
	free(j->buckets);
	free(j->ends);
	free(j);
}

const struct joiner_counts *
joiner_counts(const struct joiner *j)
{
	return &j->counts;
}

static bool
is_earlier(const struct held *a, const struct held *b)
{
	if (a->q.time_us != b->q.time_us)
		return a->q.time_us < b->q.time_us;
	/* Clocks may be coarse; what is asked over TCP often repeats what was asked over UDP. */
	if (a->q.proto != b->q.proto)
		return a->q.proto < b->q.proto;
	return a->sequence < b->sequence;
}

static void
heap_push(struct joiner *j, struct held *held)
{
	size_t i = j->n++;

	if (j->n > j->room) {
		j->room = j->room ? 2 * j->room : 1024;
		j->heap = must(realloc(j->heap, j->room * sizeof(struct held *)));
	}
	for (; i && is_earlier(held, j->heap[(i - 1) / 2]); i = (i - 1) / 2)
		j->heap[i] = j->heap[(i - 1) / 2];
	j->heap[i] = held;
}

static struct held *
heap_pop(struct joiner *j)
{
	struct held *top = j->heap[0], *last = j->heap[--j->n];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < j->n && is_earlier(j->heap[child + 1], j->heap[child]))
			child++;
		if (child >= j->n || !is_earlier(j->heap[child], last))
			break;
		j->heap[i] = j->heap[child];
		i = child;
	}
	if (j->n)
		j->heap[i] = last;
	return top;
}

/* By what an answer repeats of its query. */
static size_t
bucket_of(const struct query *q)
{
	uint64_t hash = (uint64_t)(uint32_t)q->id << 24 ^ (uint64_t)(uint32_t)q->client.port << 4 ^
			(uint64_t)q->proto;
	uint64_t address[2];

	memcpy(address, q->client.ip.octets, sizeof address);
	hash ^= address[0] * 0x9e3779b97f4a7c15 ^ address[1];
	return (size_t)(hash * 0x9e3779b97f4a7c15 >> (64 - BUCKETS_BITS));
}

/* Queries that an answer can be told to belong to. */
static bool
can_be_answered(const struct query *q)
{
	return q->kind == QUERY_ASKED && q->answer_us == TIME_UNKNOWN && q->rcode == UNTOLD &&
	       q->client.is_known && q->client.port != UNTOLD && q->id != UNTOLD;
}

static void
open_one(struct joiner *j, struct held *held)
{
	struct held ***end = &j->ends[bucket_of(&held->q)];

	held->next = NULL;
	held->link = *end;
	**end = held;
	*end = &held->next;
}

static void
close_one(struct joiner *j, struct held *held)
{
	if (!held->link)
		return;
	if (held->next)
		held->next->link = held->link;
	else
		j->ends[bucket_of(&held->q)] = held->link;
	*held->link = held->next;
	held->link = NULL;
}

static void
hold(struct joiner *j, const struct query *q)
{
	struct held *held = must(malloc(offsetof(struct held, q) + query_size(q)));

	memcpy(&held->q, q, query_size(q));
	held->link = NULL;
	held->sequence = j->sequence++;
	heap_push(j, held);
	if (can_be_answered(q))
		open_one(j, held);
}

static void
pass_on(struct joiner *j)
{
	struct held *held = heap_pop(j);
	int64_t us = held->q.time_us;

	close_one(j, held);
	if (held->q.kind == QUERY_ASKED && held->q.rcode == UNTOLD)
		j->counts.unanswered++;
	if (held->q.kind == QUERY_ANSWER)
		j->counts.orphans++;
	if (us < j->passed_us)
		j->counts.late++;
	else
		j->passed_us = us;
	j->params.write(j->params.state, &held->q);
	free(held);
}

/* The query that this answers, if it is here. */
static struct held *
find_query(struct joiner *j, const struct query *answer)
{
	struct held *held = j->buckets[bucket_of(answer)];

	for (int tries = 0; held && tries < TRIES_MAX; held = held->next, tries++)
		if (query_is_answer_to(answer, &held->q))
			return held;
	return NULL;
}

/* What an answer tells may be told to a query that waits: the rest is not held. */
static bool
join(struct joiner *j, const struct query *answer)
{
	struct held *held = find_query(j, answer);

	if (!held)
		return false;
	close_one(j, held);
	query_take_answer(&held->q, answer);
	return true;
}

/* Where time stands.  One stamp far ahead may be damage, and from then on nothing would wait; two
 * that agree show that time has passed. */
static void
advance(struct joiner *j, int64_t us)
{
	bool is_leap = j->latest_us != TIME_UNKNOWN && us > j->latest_us + LEAP_US;
	bool agrees =
	    j->leap_us != TIME_UNKNOWN && us >= j->leap_us - LEAP_US && us <= j->leap_us + LEAP_US;

	if (is_leap && !agrees) {
		j->leap_us = us;
		return;
	}
	j->leap_us = TIME_UNKNOWN;
	if (us > j->latest_us)
		j->latest_us = us;
}

void
joiner_add(struct joiner *j, const struct query *q)
{
	j->counts.queries += q->kind == QUERY_ASKED;
	j->counts.answers += q->kind == QUERY_ANSWER;
	advance(j, q->time_us);
	if (q->kind != QUERY_ANSWER || !join(j, q))
		hold(j, q);
	if (j->latest_us != TIME_UNKNOWN)
		joiner_release(j, j->latest_us - j->params.window_us);
	while (j->n > j->params.held_max)
		pass_on(j);
}

bool
joiner_has_until(const struct joiner *j, int64_t until_us)
{
	return j->n && j->heap[0]->q.time_us < until_us;
}

void
joiner_release(struct joiner *j, int64_t until_us)
{
	while (joiner_has_until(j, until_us))
		pass_on(j);
}

void
joiner_end(struct joiner *j)
{
	while (j->n)
		pass_on(j);
}

static int
compare_held(const void *a, const void *b)
{
	struct held *const *x = a, *const *y = b;

	return is_earlier(*x, *y) ? -1 : is_earlier(*y, *x);
}

void
joiner_code(struct codec *c, struct joiner *j)
{
	size_t n = j->n;

	code_count(c, &n, j->params.held_max);
	/* In their order: a sorted array is a heap. */
	if (c->out && n)
		qsort(j->heap, n, sizeof(struct held *), compare_held);
	for (size_t i = 0; i < n && !c->in.failed; i++) {
		struct query q;

		query_init(&q, SOURCE_DNSTAP);
		if (c->out)
			memcpy(&q, &j->heap[i]->q, query_size(&j->heap[i]->q));
		query_code(c, &q);
		if (!c->out && !c->in.failed)
			hold(j, &q);
	}
	code_i64(c, &j->latest_us);
	code_i64(c, &j->passed_us);
	code_i64(c, &j->leap_us);
}
