/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the greylisting host's clock was ahead (clock_marks.h). */
#include "report/clock_marks.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/tap.h"

#define DB "clock_marks.db"
#define S(seconds) ((int64_t)(seconds)*1000000)

static struct arena *a;
static struct testcases cases;
static struct store *store;

/* A live check of that case at `checked`, in the host's log at `begun` (0: there is none). */
static void
check(const char *testcase, const char *part, const char *sender, int checked, int begun)
{
	static int n;

	n++;
	store_exec(store, arena_printf(a,
			      "INSERT INTO health (testcase, part, family, time, id, ok, sender) "
			      "VALUES ('%s', '%s', 'ipv4', %lld, x'%032x', 1, '%s')",
			      testcase, part, (long long)S(checked), n, sender));
	if (!begun)
		return;
	store_exec(
	    store, arena_printf(a,
		       "INSERT INTO session (id, record, host, service, begun, ehlo, starttls, "
		       "refused_clear, recipients, complete) "
		       "VALUES (%d, x'%032x', 'h', 'postfix/smtpd', %lld, 1, 1, 0, 1, 1)",
		       n, n, (long long)S(begun)));
	for (int i = 0; i < 2; i++)
		store_exec(
		    store, arena_printf(a,
			       "INSERT INTO attempt (session, n, sender, testcase, accepted) "
			       "VALUES (%d, %d, '%s', '%s', 0)",
			       n, i, sender, testcase));
}

static void
make_index(void)
{
	check("v4-mail-greylisting", "recipient", "health-c@m.example", 3000, 6603);
	check("v4-mail-greylisting", "recipient", "health-a@m.example", 1000, 1002);
	check("v6-mail-greylisting", "recipient", "health-a@m.example", 1001, 1002);
	check("v4-mail-greylisting", "recipient", "health-b@m.example", 2000, 1995);
	check("v4-mail-greylisting", "recipient", "health-d@m.example", 5000, 0);
	/* Somebody has seen the one of before. */
	check("v4-mail-greylisting", "elsewhere", "health-a@m.example", 9000, 9001);
	/* Another host's clock, and who only calls itself so. */
	check("v4-mail", "recipient", "health-e@m.example", 100, 90000);
	check("v4-mail-greylisting", "recipient", "u@x.example", 100, 90000);
}

static void
marks(const struct clock_marks *m)
{
	SAME_INT(m->n, 4, "one of each check that is in the host's log");
	OK(m->v[0].time_us == S(1002) && m->v[1].time_us == S(1002) && m->v[2].time_us == S(1995) &&
		m->v[3].time_us == S(6603),
	    "by the host's time");
	OK(m->v[2].ahead_us == S(-5) && m->v[3].ahead_us == S(3603), "how far it was ahead");
}

static void
moved(const struct clock_marks *m)
{
	SAME_INT(clock_marks_moved(m, S(1100), S(1900)), 0, "by seconds is not at all");
	SAME_INT(clock_marks_moved(m, S(2000), S(6000)), S(3608), "between the marks around it");
	SAME_INT(clock_marks_moved(m, S(1100), S(6000)), S(3608), "and those within");
	SAME_INT(clock_marks_moved(m, S(7000), S(8000)), 0, "behind all of them");
	SAME_INT(clock_marks_moved(m, S(10), S(20)), 0, "before all of them");
	SAME_INT(clock_marks_moved(m, S(10), S(8000)), S(3608), "all of them");
	SAME_INT(clock_marks_moved(NULL, S(10), S(8000)), 0, "nothing is known");
}

int
main(void)
{
	a = arena_new();
	unlink(DB);
	if (testcases_read(a, "testcases", &cases))
		abort();
	OK(!store_open(a, DB, ".", STORE_WRITE, &store), "an index");
	store_begin(store);
	make_index();
	store_commit(store);
	marks(clock_marks_read(a, store, &cases));
	moved(clock_marks_read(a, store, &cases));
	store_close(store);
	unlink(DB);
	unlink(DB ".lock");
	arena_free(a);
	return tap_end();
}
