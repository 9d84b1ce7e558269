/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/clock_marks.h"

#include <stdlib.h>

/* From a session's begin to the answer to RCPT. */
#define SLOW_CHECK_US ((int64_t)20 * 1000000)

static void
read_case(struct arena *a, struct statement *row, const char *testcase, struct clock_marks *m,
    size_t *room)
{
	statement_str(row, 1, testcase);
	while (statement_row(row)) {
		int64_t checked_us = statement_get_int(row, 0), time_us = statement_get_int(row, 1);

		if (m->n == *room) {
			*room = *room ? 2 * *room : 64;
			m->v = arena_grow(a, m->v, m->n, *room, sizeof *m->v);
		}
		m->v[m->n++] = (struct clock_mark){time_us, time_us - checked_us};
	}
}

static int
by_time(const void *x, const void *y)
{
	const struct clock_mark *a = x, *b = y;

	return (a->time_us > b->time_us) - (a->time_us < b->time_us);
}

const struct clock_marks *
clock_marks_read(struct arena *a, struct store *s, const struct testcases *cases)
{
	struct clock_marks *m = arena_alloc(a, sizeof *m);
	/* Whoever has seen a sender may use it again, later. */
	struct statement *row = store_prepare(s,
	    "SELECT h.time, min(s.begun) FROM health h "
	    "JOIN attempt t ON t.sender = h.sender AND t.testcase = h.testcase "
	    "JOIN session s ON s.id = t.session "
	    "WHERE h.testcase = ?1 AND h.part = 'recipient' AND h.sender GLOB 'health-*' "
	    "AND t.sender GLOB 'health-*' AND s.begun IS NOT NULL GROUP BY h.sender, h.family");
	size_t room = 0;

	*m = (struct clock_marks){NULL, 0};
	for (size_t i = 0; i < cases->n; i++)
		if (cases->v[i].host->id == ROLE_GREYLISTING)
			read_case(a, row, cases->v[i].name, m, &room);
	if (m->n)
		qsort(m->v, m->n, sizeof *m->v, by_time);
	return m;
}

/* The first mark that is not before that time. */
static size_t
first_from(const struct clock_marks *m, int64_t time_us)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->v[middle].time_us < time_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int64_t
clock_marks_moved(const struct clock_marks *m, int64_t from_us, int64_t to_us)
{
	int64_t least = INT64_MAX, most = INT64_MIN;
	size_t i;

	if (!m || !m->n)
		return 0;
	i = first_from(m, from_us);
	for (i -= i > 0; i < m->n; i++) {
		if (m->v[i].ahead_us < least)
			least = m->v[i].ahead_us;
		if (m->v[i].ahead_us > most)
			most = m->v[i].ahead_us;
		if (m->v[i].time_us >= to_us)
			break;
	}
	return most - least > SLOW_CHECK_US ? most - least : 0;
}
