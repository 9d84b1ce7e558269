/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store - the index: a SQLite database of the tables in schema/index.sql.  SQLite is behind this
 * seam alone.
 *
 * What the machine does to it (a full disk, a damaged file, another program that holds it) is
 * reported and ends the program with 75: all that was committed is there for the next run.  SQL is
 * ours, and a mistake in it aborts. */
#ifndef EMT_REPORT_STORE_H
#define EMT_REPORT_STORE_H

#include <stdint.h>

#include "base/arena.h"

enum {
	STORE_VERSION = 4,     /* PRAGMA user_version of schema/index.sql */
	STORE_CACHE_MIB = 128, /* pages in memory at most */
	STORE_SPILL_MIB = 16,
	STORE_BATCH_ROWS = 100000, /* store_tick: commit after so many */
	/* What the pragmas of schema/ledger.sql say. */
	STORE_LEDGER = 0x656d744c,
	STORE_LEDGER_VERSION = 1
};

struct store;
struct statement;

enum store_mode {
	STORE_READ, /* the index must be there */
	STORE_WRITE /* it is made if it is not; one program at a time */
};

/* Opens the index; `share` is the folder that holds schema/index.sql.  NULL, or one line that says
 * what is wrong and the mend. */
const char *store_open(struct arena *a, const char *path, const char *share, enum store_mode mode,
    struct store **store) __attribute__((warn_unused_result));

/* A database in memory, without tables, to attach others to. */
struct store *store_open_scratch(void);

/* One without tables for what a run works out and need not hold in memory: a file without a name,
 * in SQLite's folder of temporary files, of which STORE_SPILL_MIB are in memory. */
struct store *store_open_spill(void);
void store_close(struct store *s); /* NULL is fine; what was not committed is gone */

/* From here to its end a reader sees one state of the index, whatever is written meanwhile; and
 * each statement is spared the locks of its own. */
void store_hold(struct store *s);

/* Everything between these two is there or not, whatever happens. */
void store_begin(struct store *s);
void store_commit(struct store *s);

/* Counts a row within a transaction; true: it is time to commit and to begin again. */
bool store_tick(struct store *s);

/* Runs statements that give nothing back. */
void store_exec(struct store *s, const char *sql);

/* Attaches another database for reading, as `name`; NULL, or what is wrong with it.  `application`
 * and `version` are what its pragmas must say. */
const char *store_attach(struct arena *a, struct store *s, const char *path, const char *name,
    int64_t application, int64_t version) __attribute__((warn_unused_result));
void store_detach(struct store *s, const char *name);

/* Prepared once, and the store's; parameters count from 1, columns from 0. */
struct statement *store_prepare(struct store *s, const char *sql);

/* The same, or the one prepared before for the very same SQL, a constant of the program. */
struct statement *store_cached(struct store *s, const char *sql);

/* Parameters.  A span with p == NULL is NULL.  Spans are borrowed until the statement is reset. */
void statement_text(struct statement *st, int at, struct span s);
void statement_str(struct statement *st, int at, const char *s); /* NULL is NULL */
void statement_blob(struct statement *st, int at, struct span s);
void statement_int(struct statement *st, int at, int64_t value);
void statement_null(struct statement *st, int at);

/* The next row; false: there is none, and the statement is reset, its parameters are NULL. */
bool statement_row(struct statement *st);
void statement_reset(struct statement *st); /* no more rows are wanted */

/* Runs a statement to its end; did it change a row? */
bool statement_run(struct statement *st);

/* Columns of the row; they live until the next call of statement_row or statement_reset. */
bool statement_is_null(struct statement *st, int at);
int64_t statement_get_int(struct statement *st, int at); /* 0 of NULL */
struct span statement_get(struct statement *st, int at); /* text or blob; p == NULL of NULL */

/* The same text in the arena, for C: a NUL in it becomes '?'; NULL of NULL. */
const char *statement_dup(struct statement *st, int at, struct arena *a);

int64_t store_last_id(struct store *s); /* of the row inserted last */

/* How the statements prepared so far are carried out, step by step ("SEARCH mail USING ..."), for
 * tests: what scans a table for each set takes the square of the time. */
const char *store_plans(struct arena *a, struct store *s);

#endif
