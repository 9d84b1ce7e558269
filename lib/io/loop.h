/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loop - one thread waits for times and descriptors, and calls back.
 *
 * The real loop is libevent's, which libunbound asks for.  A virtual one has timers alone: it waits
 * for nothing, but moves its clock to the next timer, so a test of twenty seconds takes none.
 * Callbacks run one after the other, never inside a call of these functions; a callback may free
 * any timer or watch, its own too.  Both are the caller's, and must be freed before their loop. */
#ifndef EMT_LOOP_H
#define EMT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct loop;
struct loop_timer;
struct loop_watch;

struct loop *loop_new(void);
struct loop *loop_new_virtual(int64_t *now_us); /* borrowed; the loop moves it forward */
void loop_free(struct loop *l);

/* The time that timers go by. */
const struct clock *loop_clock(const struct loop *l);

/* Returns after loop_stop, or when nothing is left to wait for. */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);

struct loop_timer *loop_timer_new(struct loop *l, void (*fn)(void *arg), void *arg);

/* Calls fn(arg) once, at since_us (of clock_since_us) or as soon as possible if that is past; an
 * earlier setting of this timer is forgotten.  Timers of the same time go off in the order in which
 * they were set. */
void loop_timer_set(struct loop_timer *t, int64_t since_us);
void loop_timer_free(struct loop_timer *t); /* NULL is fine; it goes off no more */

/* Calls fn(arg, readable, writable) as long as one of the wanted holds.  Real loops only. */
struct loop_watch *loop_watch_new(struct loop *l, int fd, bool readable, bool writable,
    void (*fn)(void *arg, bool readable, bool writable), void *arg);
void loop_watch_want(struct loop_watch *w, bool readable, bool writable); /* from now on */
void loop_watch_free(struct loop_watch *w); /* NULL is fine; before fd is closed */

/* What libunbound wants; NULL for a virtual loop.  Nobody else looks behind the seam. */
struct event_base;
struct event_base *loop_event_base(struct loop *l);

#endif
