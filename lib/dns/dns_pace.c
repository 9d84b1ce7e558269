/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_pace.h"

#include <stdlib.h>

#include "base/arena.h"

TAILQ_HEAD(turns, dns_pace_turn);

struct dns_pace {
	struct loop *loop;
	size_t parallel, going_n, waiting_n;
	void (*go)(struct dns_pace_turn *turn);
	struct turns going;      /* the one sent first is first */
	struct turns waiting;    /* the one that came first is first */
	struct loop_timer *wake; /* NULL: nobody waits */
	int64_t wake_us;         /* what it is set to */
};

struct dns_pace *
dns_pace_new(struct loop *l, size_t parallel, void (*go)(struct dns_pace_turn *turn))
{
	struct dns_pace *p = calloc(1, sizeof *p);

	if (!p)
		out_of_memory();
	*p = (struct dns_pace){.loop = l, .parallel = parallel, .go = go};
	TAILQ_INIT(&p->going);
	TAILQ_INIT(&p->waiting);
	return p;
}

void
dns_pace_free(struct dns_pace *p)
{
	loop_timer_free(p->wake);
	free(p);
}

void
dns_pace_limit(struct dns_pace *p, size_t parallel)
{
	p->parallel = parallel;
}

static int64_t
now_us(const struct dns_pace *p)
{
	return clock_since_us(loop_clock(p->loop));
}

static void
give_up_place(struct dns_pace *p, struct dns_pace_turn *turn)
{
	TAILQ_REMOVE(&p->going, turn, entry);
	p->going_n--;
	turn->state = DNS_PACE_SILENT;
}

/* Takes the places of those that have been silent for too long. */
static void
lose_patience(struct dns_pace *p)
{
	struct dns_pace_turn *first;

	while ((first = TAILQ_FIRST(&p->going)) && first->until_us <= now_us(p))
		give_up_place(p, first);
}

static bool
has_place(const struct dns_pace *p)
{
	return p->going_n < p->parallel;
}

static void
start(struct dns_pace *p, struct dns_pace_turn *turn)
{
	turn->state = DNS_PACE_GOING;
	turn->until_us = now_us(p) + DNS_PACE_PATIENCE_US;
	TAILQ_INSERT_TAIL(&p->going, turn, entry);
	p->going_n++;
	p->go(turn); /* which may free it */
}

static void wake(void *arg);

/* A timer that nobody needs would keep the loop from ending. */
static void
set_wake(struct dns_pace *p)
{
	int64_t at_us;

	if (TAILQ_EMPTY(&p->waiting)) {
		loop_timer_free(p->wake);
		p->wake = NULL;
		return;
	}
	at_us = has_place(p) ? 0 : TAILQ_FIRST(&p->going)->until_us;
	if (!p->wake)
		p->wake = loop_timer_new(p->loop, wake, p);
	else if (p->wake_us == at_us)
		return;
	p->wake_us = at_us;
	loop_timer_set(p->wake, at_us ? at_us : now_us(p));
}

static void
leave_line(struct dns_pace *p, struct dns_pace_turn *turn)
{
	TAILQ_REMOVE(&p->waiting, turn, entry);
	p->waiting_n--;
}

static void
wake(void *arg)
{
	struct dns_pace *p = arg;
	struct dns_pace_turn *turn;

	p->wake_us = -1;
	lose_patience(p);
	while (has_place(p) && (turn = TAILQ_FIRST(&p->waiting))) {
		leave_line(p, turn);
		start(p, turn);
	}
	set_wake(p);
}

void
dns_pace_enter(struct dns_pace *p, struct dns_pace_turn *turn)
{
	lose_patience(p);
	if (has_place(p) && TAILQ_EMPTY(&p->waiting)) {
		start(p, turn);
		return;
	}
	turn->state = DNS_PACE_WAITING;
	TAILQ_INSERT_TAIL(&p->waiting, turn, entry);
	p->waiting_n++;
	set_wake(p);
}

/* The next one is sent from the loop, not from here: this may be called by c-ares or libunbound. */
void
dns_pace_leave(struct dns_pace *p, struct dns_pace_turn *turn)
{
	if (turn->state == DNS_PACE_WAITING)
		leave_line(p, turn);
	else if (turn->state == DNS_PACE_GOING)
		give_up_place(p, turn);
	turn->state = DNS_PACE_OUT;
	set_wake(p);
}

size_t
dns_pace_rounds_waiting(const struct dns_pace *p)
{
	return p->waiting_n / p->parallel;
}
