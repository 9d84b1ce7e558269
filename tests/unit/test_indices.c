/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the indices of the tables are made (indices.h). */
#include "report/indices.h"

#include <unistd.h>

#include "tests/tap.h"

#define DB "indices.db"

static struct arena *a;

static int64_t
number(struct store *s, const char *sql)
{
	struct statement *st = store_prepare(s, sql);
	int64_t n = statement_row(st) ? statement_get_int(st, 0) : -1;

	statement_reset(st);
	return n;
}

static int64_t
indices_n(struct store *s)
{
	return number(
	    s, "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
}

static struct store *
open_it(void)
{
	struct store *s;

	OK(!store_open(a, DB, ".", STORE_WRITE, &s), "an index");
	return s;
}

static void
tell(void *arg, const char *name)
{
	(void)name;
	++*(int64_t *)arg;
}

int
main(void)
{
	int64_t all, told = 0;
	struct store *s;

	a = arena_new();
	unlink(DB);
	s = open_it();
	all = indices_n(s);
	OK(all > 10, "with many");
	indices_postpone(s);
	SAME_INT(indices_n(s), 0, "of an empty one they go");
	OK(indices_check(a, s, DB) && strstr(indices_check(a, s, DB), DB), "nobody reads it so");
	store_exec(s, "INSERT INTO source VALUES ('x', 1, 1, 1, 1, 1, NULL)");
	/* As after a kill in the middle of making them. */
	store_exec(s, "CREATE INDEX mail_token ON mail (token) WHERE token IS NOT NULL;"
		      "DELETE FROM postponed WHERE name = 'mail_token'");
	store_close(s);
	s = open_it();
	indices_postpone(s);
	SAME_INT(indices_n(s), 1, "the next run goes on");
	indices_make(s, tell, &told);
	SAME_INT(indices_n(s), all, "all are made");
	SAME_INT(told, all - 1, "each that was missing");
	OK(!indices_check(a, s, DB), "it may be read");
	SAME_INT(number(s, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'postponed'"), 0,
	    "and is as the schema says");
	indices_postpone(s);
	SAME_INT(indices_n(s), all, "of one with records they stay");
	indices_make(s, tell, &told);
	store_close(s);
	unlink(DB);
	unlink(DB ".lock");
	arena_free(a);
	return tap_end();
}
