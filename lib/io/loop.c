/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/loop.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/arena.h"

struct loop {
	struct event_base *base; /* NULL: virtual */
	struct clock clock;
	/* of a virtual loop */
	int64_t *now_us;
	struct loop_timer *first; /* set timers, by time */
	bool stopped;
};

struct loop_timer {
	struct loop *loop;
	struct event *event; /* NULL: virtual */
	void (*fn)(void *arg);
	void *arg;
	int64_t since_us;
	struct loop_timer *next; /* in the virtual loop's list */
};

struct loop_watch {
	struct event *event;
	void (*fn)(void *arg, bool readable, bool writable);
	void *arg;
};

struct loop *
loop_new(void)
{
	struct loop *l = must(calloc(1, sizeof *l));

	l->base = must(event_base_new());
	l->clock = clock_system;
	return l;
}

struct loop *
loop_new_virtual(int64_t *now_us)
{
	struct loop *l = must(calloc(1, sizeof *l));

	l->now_us = now_us;
	l->clock = clock_fixed(now_us);
	return l;
}

void
loop_free(struct loop *l)
{
	if (l->base)
		event_base_free(l->base);
	free(l);
}

const struct clock *
loop_clock(const struct loop *l)
{
	return &l->clock;
}

struct event_base *
loop_event_base(struct loop *l)
{
	return l->base;
}

static void
run_virtual(struct loop *l)
{
	l->stopped = false;
	while (l->first && !l->stopped) {
		struct loop_timer *t = l->first;

		l->first = t->next;
		t->next = NULL;
		if (*l->now_us < t->since_us)
			*l->now_us = t->since_us;
		t->fn(t->arg);
	}
}

void
loop_run(struct loop *l)
{
	if (!l->base)
		run_virtual(l);
	else if (event_base_dispatch(l->base) < 0)
		abort();
}

void
loop_stop(struct loop *l)
{
	l->stopped = true;
	if (l->base)
		event_base_loopbreak(l->base);
}

/* libevent counts from the time that it read at the start of this turn, so a timer may go off early
 * by what the callbacks before it took. */
static void
timer_event(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *t = arg;

	(void)fd;
	(void)what;
	if (clock_since_us(&t->loop->clock) < t->since_us)
		loop_timer_set(t, t->since_us);
	else
		t->fn(t->arg);
}

struct loop_timer *
loop_timer_new(struct loop *l, void (*fn)(void *arg), void *arg)
{
	struct loop_timer *t = must(calloc(1, sizeof *t));

	*t = (struct loop_timer){.loop = l, .fn = fn, .arg = arg};
	if (l->base)
		t->event = must(event_new(l->base, -1, 0, timer_event, t));
	return t;
}

static void
unlink_virtual(struct loop_timer *t)
{
	struct loop_timer **at = &t->loop->first;

	while (*at && *at != t)
		at = &(*at)->next;
	if (*at)
		*at = t->next;
	t->next = NULL;
}

static void
set_virtual(struct loop_timer *t)
{
	struct loop_timer **at = &t->loop->first;

	unlink_virtual(t);
	if (t->since_us < *t->loop->now_us)
		t->since_us = *t->loop->now_us;
	while (*at && (*at)->since_us <= t->since_us)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
}

void
loop_timer_set(struct loop_timer *t, int64_t since_us)
{
	int64_t left = since_us - clock_since_us(&t->loop->clock);
	struct timeval wait = {0};

	t->since_us = since_us;
	if (!t->event) {
		set_virtual(t);
		return;
	}
	if (left > 0)
		wait = (struct timeval){.tv_sec = left / 1000000, .tv_usec = left % 1000000};
	if (event_add(t->event, &wait))
		out_of_memory();
}

void
loop_timer_free(struct loop_timer *t)
{
	if (!t)
		return;
	if (t->event)
		event_free(t->event);
	else
		unlink_virtual(t);
	free(t);
}

static void
watch_event(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *w = arg;

	(void)fd;
	w->fn(w->arg, what & EV_READ, what & EV_WRITE);
}

static short
watch_bits(bool readable, bool writable)
{
	return (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
}

struct loop_watch *
loop_watch_new(struct loop *l, int fd, bool readable, bool writable,
    void (*fn)(void *arg, bool readable, bool writable), void *arg)
{
	struct loop_watch *w = must(calloc(1, sizeof *w));

	*w = (struct loop_watch){.fn = fn, .arg = arg};
	w->event = must(event_new(l->base, fd, watch_bits(readable, writable), watch_event, w));
	if (event_add(w->event, NULL))
		out_of_memory();
	return w;
}

void
loop_watch_want(struct loop_watch *w, bool readable, bool writable)
{
	short bits = watch_bits(readable, writable);

	if (event_get_events(w->event) == bits)
		return;
	if (event_del(w->event) ||
	    event_assign(
		w->event, event_get_base(w->event), event_get_fd(w->event), bits, watch_event, w) ||
	    event_add(w->event, NULL))
		out_of_memory();
}

void
loop_watch_free(struct loop_watch *w)
{
	if (!w)
		return;
	event_free(w->event);
	free(w);
}
