/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns by a virtual clock: places, the line, patience, leaving in every state. */
#include "dns/dns_pace.h"
#include "tests/tap.h"

enum { TURNS = 10 };

static struct dns_pace_turn turns[TURNS];
static struct dns_pace *pace;
static struct loop *loop;
static int64_t now_us;
static struct buf seen;
static bool answers_at_once;

static void
go(struct dns_pace_turn *turn)
{
	buf_printf(&seen, "%d@%d ", (int)(turn - turns), (int)(now_us / 1000));
	if (answers_at_once)
		dns_pace_leave(pace, turn);
}

static void
begin(size_t parallel)
{
	memset(turns, 0, sizeof turns);
	now_us = 0;
	loop = loop_new_virtual(&now_us);
	pace = dns_pace_new(loop, parallel, go);
	buf_clear(&seen);
}

static void
enter(int first, int last)
{
	for (int i = first; i <= last; i++)
		dns_pace_enter(pace, &turns[i]);
}

static void
leave(int first, int last)
{
	for (int i = first; i <= last; i++)
		dns_pace_leave(pace, &turns[i]);
}

static void
end(const char *want, const char *name)
{
	loop_run(loop);
	SAME_STR(buf_str(&seen), want, name);
	for (int i = 0; i < TURNS; i++)
		if (turns[i].state != DNS_PACE_OUT)
			dns_pace_leave(pace, &turns[i]);
	dns_pace_free(pace);
	loop_free(loop);
}

int
main(void)
{
	buf_init(&seen, 10000);

	begin(3);
	enter(0, 2);
	SAME_STR(buf_str(&seen), "0@0 1@0 2@0 ", "as long as there are places, at once");
	end("0@0 1@0 2@0 ", "and nothing keeps the loop from ending");
	SAME_INT(now_us, 0, "nor moves the clock");

	begin(2);
	enter(0, 4);
	SAME_INT(dns_pace_rounds_waiting(pace), 1, "three wait: a round and a half");
	leave(1, 1);
	SAME_STR(buf_str(&seen), "0@0 1@0 ", "leaving sends nobody by itself");
	end("0@0 1@0 2@0 3@100 4@100 ", "the loop does; silent ones lose their places in time");

	begin(1);
	enter(0, 3);
	leave(2, 2);
	leave(0, 0);
	end("0@0 1@0 3@100 ", "who leaves the line is not sent");

	begin(1);
	enter(0, 0);
	now_us = 300000;
	enter(1, 1);
	end("0@0 1@300 ", "a place is taken from one that was silent for long, without a wait");

	begin(2);
	answers_at_once = true;
	enter(0, 5);
	end("0@0 1@0 2@0 3@0 4@0 5@0 ", "those that are answered at once take no place");
	answers_at_once = false;

	begin(1);
	enter(0, 9);
	dns_pace_limit(pace, 10);
	leave(0, 0);
	end("0@0 1@0 2@0 3@0 4@0 5@0 6@0 7@0 8@0 9@0 ", "another limit");

	begin(1);
	enter(0, 1);
	loop_run(loop); /* 1 is sent at 100 ms; 0 counts no longer */
	leave(0, 0);
	enter(2, 2);
	SAME_STR(
	    buf_str(&seen), "0@0 1@100 ", "a late answer of one that was silent frees no place");
	end("0@0 1@100 2@200 ", "the next one waits for its own");
	buf_free(&seen);
	return tap_end();
}
