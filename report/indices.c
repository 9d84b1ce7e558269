/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/indices.h"

#include <stdlib.h>

enum { SORT_MIB = 16 /* pages at most, and as much again to sort in */ };

static bool
is_there(struct store *s, const char *sql)
{
	struct statement *st = store_prepare(s, sql);
	bool there = statement_row(st);

	statement_reset(st);
	return there;
}

static bool
is_postponed(struct store *s)
{
	return is_there(s, "SELECT 1 FROM sqlite_schema WHERE name = 'postponed'");
}

/* Text of the first row, in the arena, or NULL. */
static const char *
first_text(struct store *s, struct arena *a, const char *sql, int at)
{
	struct statement *st = store_cached(s, sql);
	const char *text = statement_row(st) ? statement_dup(st, at, a) : NULL;

	statement_reset(st);
	return text;
}

void
indices_postpone(struct store *s)
{
	static const char next[] =
	    "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL LIMIT 1";
	struct arena *a = arena_new();
	const char *name;

	if (!is_postponed(s) && !is_there(s, "SELECT 1 FROM source UNION ALL SELECT 1 FROM mail "
					     "UNION ALL SELECT 1 FROM probe LIMIT 1")) {
		store_begin(s);
		store_exec(s, "CREATE TABLE postponed AS SELECT name, sql FROM sqlite_schema "
			      "WHERE type = 'index' AND sql IS NOT NULL ORDER BY name");
		while ((name = first_text(s, a, next, 0)) != NULL)
			store_exec(s, arena_printf(a, "DROP INDEX \"%s\"", name));
		store_commit(s);
	}
	arena_free(a);
}

/* Each is a transaction: of a run that is killed those stay that it made. */
static void
make_all(struct store *s, struct arena *a, indices_tell *tell, void *arg)
{
	static const char next[] = "SELECT name, sql FROM postponed ORDER BY name LIMIT 1";
	const char *name, *sql;

	while ((name = first_text(s, a, next, 0)) != NULL) {
		sql = first_text(s, a, next, 1);
		if (tell)
			tell(arg, name);
		store_begin(s);
		store_exec(s, sql);
		store_exec(s, arena_printf(a, "DELETE FROM postponed WHERE name = '%s'", name));
		store_commit(s);
	}
}

void
indices_make(struct store *s, indices_tell *tell, void *arg)
{
	struct arena *a;

	if (!is_postponed(s))
		return;
	a = arena_new();
	/* What sorts takes as much memory as the cache may hold, and more while it grows. */
	store_exec(s, arena_printf(a, "PRAGMA cache_size = -%d", SORT_MIB * 1024));
	make_all(s, a, tell, arg);
	store_exec(s, "DROP TABLE postponed");
	store_exec(s, arena_printf(a, "PRAGMA cache_size = -%d", STORE_CACHE_MIB * 1024));
	arena_free(a);
}

const char *
indices_check(struct arena *a, struct store *s, const char *path)
{
	return is_postponed(s)
		   ? arena_printf(a,
			 "%s: its first ingest has not come to its end; wait for it, or if it was "
			 "stopped run emt-report ingest again",
			 path)
		   : NULL;
}
