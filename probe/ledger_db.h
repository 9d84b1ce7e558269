/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger_db - statements of the ledger's SQLite, for the modules probe/ledger*.c alone. */
#ifndef EMT_LEDGER_DB_H
#define EMT_LEDGER_DB_H

#include <sqlite3.h>

#include "probe/ledger.h"

struct ledger {
	struct arena *a;
	sqlite3 *db;
	const char *path, *message;
	struct ledger_site site;
};

/* Keeps SQLite's reason; always LEDGER_FAILED. */
enum ledger_st ledger_failed(struct ledger *l);
enum ledger_st ledger_refused(struct ledger *l, const char *format, ...)
    __attribute__((format(printf, 2, 3), warn_unused_result));

/* Several statements without values. */
enum ledger_st ledger_exec(struct ledger *l, const char *sql) __attribute__((warn_unused_result));

/* A transaction that may write from its first statement on; ledger_end commits if `st` is good, and
 * takes everything back if not. */
enum ledger_st ledger_begin(struct ledger *l) __attribute__((warn_unused_result));
enum ledger_st ledger_end(struct ledger *l, enum ledger_st st) __attribute__((warn_unused_result));

/* One statement.  NULL: ledger_failed was called. */
sqlite3_stmt *ledger_prepare(struct ledger *l, const char *sql);
void ledger_bind_text(sqlite3_stmt *s, int at, const char *text); /* NULL is NULL */

/* Runs a statement without rows, and frees it; `s` may be NULL. */
enum ledger_st ledger_run(struct ledger *l, sqlite3_stmt *s) __attribute__((warn_unused_result));

/* A column's text in the arena; NULL is NULL. */
const char *ledger_text(struct ledger *l, sqlite3_stmt *s, int column);

#endif
