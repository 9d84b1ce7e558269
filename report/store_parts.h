/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What store.c and store_statement.c share. */
#ifndef EMT_REPORT_STORE_PARTS_H
#define EMT_REPORT_STORE_PARTS_H

#include <sqlite3.h>

#include "report/store.h"

struct statement {
	struct store *store;
	sqlite3_stmt *st;
	const char *constant; /* of store_cached */
	struct statement *next;
};

struct store {
	const char *path;
	sqlite3 *db;
	int lock_fd;
	struct statement *statements;
	int64_t rows; /* since the transaction began */
	struct statement *begin, *commit;
	const char *attached; /* the path of what is attached; NULL: nothing */
};

/* Says what SQLite says, and what a person can do about it, and ends the program. */
_Noreturn void store_fail(struct store *s);

#endif
