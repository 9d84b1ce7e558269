/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/pace.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mxinfer/intern.h"
#include "base/keyed_hash.h"

enum {
	IPV4_24_LEN = 3, /* octets of the prefix */
	IPV6_48_LEN = 6,
	/* What was not begun in this time may be made up for: timers are late by a millisecond. */
	BURST_NS = 20 * 1000 * 1000,
	/* Who had room in one queue and finds none in the other lets the next one try; not for
	 * ever, or one end could move a whole queue. */
	TRIES_MAX = 16,
};

/* A queue by the numbers of those in it; 0: none. */
struct queue {
	uint32_t first, last;
};

/* A network or an operator. */
struct group {
	uint32_t open, limit;
	struct queue queue; /* who found no room here */
};

struct waiter {
	uint32_t next;      /* behind it in its queue */
	uint32_t groups[2]; /* of network and operator; 0: none */
};

struct pace {
	struct pace_limits limits;
	pace_start *start;
	void *arg;
	struct loop_timer *timer;
	const struct clock *clock;
	struct intern keys; /* a letter, and a prefix or a name */
	struct group *groups;
	size_t groups_room;
	struct waiter *waiters;
	size_t waiters_room;
	struct queue ready;
	size_t open_n, waiting_n;
	int64_t next_ns; /* when the next one may begin, for per_second */
	bool running, held;
};

static void
push(struct pace *p, struct queue *q, uint32_t id)
{
	p->waiters[id].next = 0;
	if (q->last)
		p->waiters[q->last].next = id;
	else
		q->first = id;
	q->last = id;
}

static void
push_front(struct pace *p, struct queue *q, uint32_t id)
{
	p->waiters[id].next = q->first;
	q->first = id;
	if (!q->last)
		q->last = id;
}

static uint32_t
pop(struct pace *p, struct queue *q)
{
	uint32_t id = q->first;

	if (id)
		q->first = p->waiters[id].next;
	if (!q->first)
		q->last = 0;
	return id;
}

static bool
is_full(const struct group *g)
{
	return g->open >= g->limit;
}

/* The one of its groups that has no room; NULL: both have. */
static struct group *
full_group(struct pace *p, uint32_t id)
{
	for (size_t i = 0; i < 2; i++) {
		uint32_t g = p->waiters[id].groups[i];

		if (g && is_full(&p->groups[g]))
			return &p->groups[g];
	}
	return NULL;
}

static void
begin(struct pace *p, uint32_t id)
{
	for (size_t i = 0; i < 2; i++)
		if (p->waiters[id].groups[i])
			p->groups[p->waiters[id].groups[i]].open++;
	p->open_n++;
	p->waiting_n--;
	if (p->limits.per_second)
		p->next_ns += 1000000000 / p->limits.per_second;
	p->start(p->arg, id);
}

/* May one begin by the limits that all share?  If only time is missing, the timer is set. */
static bool
may_begin(struct pace *p)
{
	int64_t now_ns = clock_since_us(p->clock) * 1000;

	if (p->held || !p->ready.first || p->open_n >= p->limits.open)
		return false;
	if (!p->limits.per_second)
		return true;
	if (p->next_ns < now_ns - BURST_NS)
		p->next_ns = now_ns - BURST_NS;
	if (p->next_ns <= now_ns)
		return true;
	loop_timer_set(p->timer, p->next_ns / 1000 + 1);
	return false;
}

/* Each turn begins one, or moves one to the queue where it has to wait; it leaves that only when
 * somebody ends. */
static void
run(void *arg)
{
	struct pace *p = arg;

	p->running = true;
	while (may_begin(p)) {
		uint32_t id = pop(p, &p->ready);
		struct group *full = full_group(p, id);

		if (full)
			push(p, &full->queue, id);
		else
			begin(p, id);
	}
	p->running = false;
}

static void
run_soon(struct pace *p)
{
	if (!p->running && !p->held)
		loop_timer_set(p->timer, clock_since_us(p->clock));
}

/* A group has room again: its next one goes to the front.  If that one has to wait for its other
 * group, the next one tries, else the room would stay empty until then. */
static void
wake(struct pace *p, uint32_t number)
{
	for (int tries = 0; tries < TRIES_MAX; tries++) {
		uint32_t id = pop(p, &p->groups[number].queue);
		struct group *full = id ? full_group(p, id) : NULL;

		if (!full) {
			if (id)
				push_front(p, &p->ready, id);
			return;
		}
		push(p, &full->queue, id);
	}
}

/* The number of a network or operator. */
static uint32_t
group_of(struct pace *p, char kind, struct span name, uint32_t limit)
{
	size_t before = p->keys.n;
	struct buf key;
	uint32_t number;

	buf_init(&key, SIZE_MAX / 4);
	buf_putc(&key, kind);
	buf_put(&key, name);
	number = intern_add(&p->keys, buf_span(&key), keyed_hash(buf_span(&key)));
	buf_free(&key);
	p->groups = intern_beside(p->groups, &p->groups_room, number, sizeof *p->groups);
	if (number > before)
		p->groups[number] = (struct group){.limit = limit};
	return number;
}

struct pace *
pace_new(struct loop *l, const struct pace_limits *limits, pace_start *start, void *arg)
{
	struct pace *p = must(calloc(1, sizeof *p));

	p->limits = *limits;
	p->start = start;
	p->arg = arg;
	p->clock = loop_clock(l);
	p->timer = loop_timer_new(l, run, p);
	p->next_ns = clock_since_us(p->clock) * 1000;
	return p;
}

void
pace_free(struct pace *p)
{
	if (!p)
		return;
	loop_timer_free(p->timer);
	intern_free(&p->keys);
	free(p->groups);
	free(p->waiters);
	free(p);
}

void
pace_add(struct pace *p, uint32_t id, const struct ip *address, struct span operator_name)
{
	struct span net = {(const char *)address->octets, address->v6 ? IPV6_48_LEN : IPV4_24_LEN};
	struct waiter *w;

	p->waiters = intern_beside(p->waiters, &p->waiters_room, id, sizeof *p->waiters);
	w = &p->waiters[id];
	*w = (struct waiter){.next = 0};
	w->groups[0] = address->v6 ? group_of(p, '6', net, p->limits.ipv6_48)
				   : group_of(p, '4', net, p->limits.ipv4_24);
	if (operator_name.n)
		w->groups[1] = group_of(p, 'o', operator_name, p->limits.operator_n);
	push(p, &p->ready, id);
	p->waiting_n++;
	run_soon(p);
}

void
pace_done(struct pace *p, uint32_t id)
{
	p->open_n--;
	for (size_t i = 0; i < 2; i++)
		if (p->waiters[id].groups[i])
			p->groups[p->waiters[id].groups[i]].open--;
	for (size_t i = 0; i < 2; i++)
		if (p->waiters[id].groups[i])
			wake(p, p->waiters[id].groups[i]);
	run_soon(p);
}

void
pace_hold(struct pace *p, bool held)
{
	bool changed = p->held != held;

	p->held = held;
	if (changed)
		run_soon(p);
}

size_t
pace_open_n(const struct pace *p)
{
	return p->open_n;
}

size_t
pace_waiting_n(const struct pace *p)
{
	return p->waiting_n;
}
