/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/loop.h"
#include "tests/tap.h"

static struct buf seen;
static struct loop *loop;

static void
note(void *arg)
{
	buf_puts(&seen, arg);
}

struct alarm {
	struct loop_timer *timer, *other;
};

static void
free_both(void *arg)
{
	struct alarm *alarm = arg;

	buf_puts(&seen, "free ");
	loop_timer_free(alarm->other);
	loop_timer_free(alarm->timer);
}

static void
stop(void *arg)
{
	buf_puts(&seen, arg);
	loop_stop(loop);
}

static void
test_timers(const char *kind, int64_t step_us)
{
	int64_t start = clock_since_us(loop_clock(loop));
	struct loop_timer *a = loop_timer_new(loop, note, (void *)"a ");
	struct loop_timer *b = loop_timer_new(loop, note, (void *)"b ");
	struct loop_timer *c = loop_timer_new(loop, note, (void *)"c ");
	struct loop_timer *past = loop_timer_new(loop, note, (void *)"past ");
	struct alarm alarm;

	buf_clear(&seen);
	loop_timer_set(c, start + 3 * step_us);
	loop_timer_set(b, start + 9 * step_us);
	loop_timer_set(a, start + step_us);
	loop_timer_set(b, start + 2 * step_us);
	loop_timer_set(past, start - step_us);
	loop_run(loop);
	SAME_STR(buf_str(&seen), "past a b c ", kind);
	OK(clock_since_us(loop_clock(loop)) >= start + 3 * step_us, "none was early");

	buf_clear(&seen);
	alarm.timer = loop_timer_new(loop, free_both, &alarm);
	alarm.other = b;
	loop_timer_set(alarm.timer, 0);
	loop_timer_set(b, start + 30 * step_us);
	loop_run(loop);
	SAME_STR(buf_str(&seen), "free ", "a callback may free timers, its own too");

	loop_timer_free(a);
	loop_timer_free(c);
	loop_timer_free(past);
}

static void
test_stop(void)
{
	struct loop_timer *a = loop_timer_new(loop, stop, (void *)"stop ");
	struct loop_timer *b = loop_timer_new(loop, note, (void *)"after ");
	int64_t start = clock_since_us(loop_clock(loop));

	buf_clear(&seen);
	loop_timer_set(a, start);
	loop_timer_set(b, start + 1000);
	loop_run(loop);
	SAME_STR(buf_str(&seen), "stop ", "loop_stop leaves the later timer waiting");
	loop_run(loop);
	SAME_STR(buf_str(&seen), "stop after ", "and the next run goes on with it");
	loop_timer_free(a);
	loop_timer_free(b);
}

static struct loop_watch *watch;

static void
ready(void *arg, bool readable, bool writable)
{
	char c;

	OK(readable && !writable, "readable");
	SAME_INT(read(*(int *)arg, &c, 1), 1, "one octet");
	loop_watch_free(watch);
}

static void
test_watch(void)
{
	int fds[2];

	if (pipe(fds))
		return;
	watch = loop_watch_new(loop, fds[0], true, false, ready, &fds[0]);
	SAME_INT(write(fds[1], "xy", 2), 2, "written");
	loop_run(loop);
	OK(true, "the loop ends when the watch is gone");
	close(fds[0]);
	close(fds[1]);
}

/* Writable until it wants to read. */
static void
turn(void *arg, bool readable, bool writable)
{
	int *turns = arg;

	OK(writable == (*turns < 2) && readable == (*turns >= 2), "what it wants alone");
	if (++*turns == 2)
		loop_watch_want(watch, true, false);
	if (*turns == 3)
		loop_watch_want(watch, true, false);
	if (*turns == 4)
		loop_watch_free(watch);
}

static void
test_want(void)
{
	int fds[2], turns = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return;
	watch = loop_watch_new(loop, fds[0], false, true, turn, &turns);
	SAME_INT(write(fds[1], "x", 1), 1, "written");
	loop_run(loop);
	SAME_INT(turns, 4, "it changed its mind");
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	int64_t now_us = 5;

	buf_init(&seen, 1000);
	loop = loop_new_virtual(&now_us);
	test_timers("virtual timers go by time", 1000000);
	SAME_INT(now_us, 3000005, "the clock stands where the last timer was");
	test_stop();
	loop_free(loop);

	loop = loop_new();
	test_timers("real timers go by time", 1000);
	test_stop();
	test_watch();
	test_want();
	loop_free(loop);
	buf_free(&seen);
	return tap_end();
}
