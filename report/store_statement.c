/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements of a store: parameters, rows, columns. */
#include <stdlib.h>

#include "base/log.h"
#include "report/store_parts.h"

static void
bound(struct statement *st, int code)
{
	if (code == SQLITE_RANGE || code == SQLITE_MISUSE) {
		log_error("bug: no such parameter: %s", sqlite3_sql(st->st));
		abort();
	}
	if (code != SQLITE_OK)
		store_fail(st->store);
}

void
statement_text(struct statement *st, int at, struct span s)
{
	bound(st, s.p ? sqlite3_bind_text64(st->st, at, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8)
		      : sqlite3_bind_null(st->st, at));
}

void
statement_str(struct statement *st, int at, const char *s)
{
	statement_text(st, at, span_str(s));
}

void
statement_blob(struct statement *st, int at, struct span s)
{
	bound(st, s.p ? sqlite3_bind_blob64(st->st, at, s.p, s.n, SQLITE_STATIC)
		      : sqlite3_bind_null(st->st, at));
}

void
statement_int(struct statement *st, int at, int64_t value)
{
	bound(st, sqlite3_bind_int64(st->st, at, value));
}

void
statement_null(struct statement *st, int at)
{
	bound(st, sqlite3_bind_null(st->st, at));
}

bool
statement_row(struct statement *st)
{
	int code = sqlite3_step(st->st);

	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE)
		store_fail(st->store);
	statement_reset(st);
	return false;
}

void
statement_reset(struct statement *st)
{
	sqlite3_reset(st->st);
	sqlite3_clear_bindings(st->st);
}

bool
statement_run(struct statement *st)
{
	while (statement_row(st))
		;
	return sqlite3_changes(st->store->db) > 0;
}

bool
statement_is_null(struct statement *st, int at)
{
	return sqlite3_column_type(st->st, at) == SQLITE_NULL;
}

int64_t
statement_get_int(struct statement *st, int at)
{
	return sqlite3_column_int64(st->st, at);
}

struct span
statement_get(struct statement *st, int at)
{
	const void *p;

	switch (sqlite3_column_type(st->st, at)) {
	case SQLITE_NULL: return (struct span){NULL, 0};
	case SQLITE_BLOB: p = sqlite3_column_blob(st->st, at); break;
	default: p = sqlite3_column_text(st->st, at); break;
	}
	return (struct span){p ? p : "", (size_t)sqlite3_column_bytes(st->st, at)};
}

const char *
statement_dup(struct statement *st, int at, struct arena *a)
{
	struct span s = statement_get(st, at);
	char *copy = s.p ? arena_dup(a, s) : NULL;

	for (size_t i = 0; i < s.n; i++)
		if (!copy[i])
			copy[i] = '?';
	return copy;
}
