/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/store_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "io/tree.h"

#define SCHEMA_FILE "schema/index.sql"

enum {
	APPLICATION = 0x656d7452, /* "emtR" */
	SCHEMA_MAX = 1024 * 1024, /* octets */
	PAGE_SIZE = 8192,         /* octets */
	CHECKPOINT_PAGES = 32768, /* the write-ahead log is folded in at 256 MiB */
	BUSY_MS = 10000           /* readers hold a lock for moments */
};

#define INDEX_MEND "remove it and ingest again: it holds nothing that the records do not"
#define LEDGER_MEND "put back a copy that is sound, or try sqlite3's .recover"

/* What a person can do about it. */
static const char *
mend_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return INDEX_MEND;
	case SQLITE_CANTOPEN: return "name a file in a folder that you may write to";
	case SQLITE_READONLY:
	case SQLITE_PERM: return "its file and its folder must be writable";
	case SQLITE_FULL: return "make room on the disk, and start this again";
	case SQLITE_BUSY: return "another program holds it; start this again later";
	}
	return "look at the disk, and start this again";
}

_Noreturn void
store_fail(struct store *s)
{
	const char *error = sqlite3_errmsg(s->db);
	int code = sqlite3_errcode(s->db) & 0xff;

	/* SQLite does not say which of the two it is. */
	if (s->attached && (code == SQLITE_CORRUPT || code == SQLITE_NOTADB))
		log_error("%s or %s: %s; of the latter " LEDGER_MEND
			  "; if it is the former, " INDEX_MEND,
		    s->path, s->attached, error);
	else
		log_error("%s: %s; %s", s->path, error, mend_of(code));
	exit(EX_TEMPFAIL);
}

void
store_exec(struct store *s, const char *sql)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		store_fail(s);
}

static int64_t
pragma(struct store *s, const char *sql)
{
	struct statement *st = store_prepare(s, sql);
	int64_t value = statement_row(st) ? statement_get_int(st, 0) : 0;

	statement_reset(st);
	return value;
}

/* One ingest at a time: a file of its own, since closing another descriptor of the database would
 * drop SQLite's own locks. */
static const char *
take_lock(struct arena *a, struct store *s)
{
	const char *path = arena_printf(a, "%s.lock", s->path);

	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0)
		return arena_printf(a, "%s: %s; %s", path, strerror(errno),
		    errno == ENOENT ? "make its folder, or name another file with --db"
				    : "name a file with --db whose folder you may write to");
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return NULL;
	log_error("%s: another emt-report writes to it; wait for its end", s->path);
	exit(EX_TEMPFAIL);
}

/* An empty database becomes an index: all of it or nothing. */
static const char *
make_tables(struct arena *a, struct store *s, const char *share)
{
	const char *path = arena_printf(a, "%s/" SCHEMA_FILE, share);
	struct span text;
	const char *error = tree_read(a, path, SCHEMA_MAX, &text);

	if (error)
		return error;
	store_exec(
	    s, arena_printf(a, "PRAGMA page_size = %d; PRAGMA journal_mode = WAL", PAGE_SIZE));
	store_exec(s, "BEGIN IMMEDIATE");
	store_exec(s, arena_dup(a, text));
	store_exec(s, "COMMIT");
	return NULL;
}

static const char *
check_version(struct arena *a, struct store *s)
{
	int64_t application = pragma(s, "PRAGMA application_id");
	int64_t version = pragma(s, "PRAGMA user_version");

	if (application != APPLICATION)
		return arena_printf(
		    a, "%s: is no index of emt-report; name another file with --db", s->path);
	if (version != STORE_VERSION)
		return arena_printf(a,
		    "%s: is of version %lld, and this emt-report makes %d; remove it and ingest "
		    "again: it holds nothing that the records do not",
		    s->path, (long long)version, STORE_VERSION);
	return NULL;
}

static const char *
open_database(struct arena *a, struct store *s, const char *share, enum store_mode mode)
{
	int flags =
	    mode == STORE_READ ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	const char *error = mode == STORE_WRITE ? take_lock(a, s) : NULL;

	if (error)
		return error;
	if (mode == STORE_READ && access(s->path, F_OK))
		return arena_printf(a, "%s: %s; emt-report ingest --db %s makes it", s->path,
		    strerror(errno), s->path);
	if (sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return arena_printf(a, "%s: %s; name a file with --db", s->path,
		    s->db ? sqlite3_errmsg(s->db) : "no memory");
	sqlite3_busy_timeout(s->db, BUSY_MS);
	/* Not even a schema that somebody changed makes SQLite run what is not in it. */
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (sqlite3_exec(s->db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_NOTADB)
		return arena_printf(a, "%s: is no database; name another file with --db", s->path);
	if (mode == STORE_WRITE && pragma(s, "SELECT COUNT(*) FROM sqlite_schema") == 0)
		error = make_tables(a, s, share);
	if (!error)
		error = check_version(a, s);
	if (error)
		return error;
	store_exec(
	    s, arena_printf(a,
		   "PRAGMA cache_size = -%d; PRAGMA synchronous = NORMAL; PRAGMA temp_store = FILE;"
		   "PRAGMA wal_autocheckpoint = %d; PRAGMA secure_delete = ON; %s",
		   STORE_CACHE_MIB * 1024, CHECKPOINT_PAGES,
		   mode == STORE_READ ? "PRAGMA query_only = 1" : ""));
	return NULL;
}

const char *
store_open(struct arena *a, const char *path, const char *share, enum store_mode mode,
    struct store **store)
{
	struct store *s = must(calloc(1, sizeof *s));
	const char *error;
	mode_t mask;

	s->lock_fd = -1;
	s->path = arena_dup(a, span_str(path));
	/* What is in it is as private as the records are. */
	mask = umask(077);
	error = open_database(a, s, share, mode);
	umask(mask);
	if (error) {
		store_close(s);
		return error;
	}
	s->begin = store_prepare(s, "BEGIN IMMEDIATE");
	s->commit = store_prepare(s, "COMMIT");
	*store = s;
	return NULL;
}

/* `name` is what SQLite calls it, `path` what messages do. */
static struct store *
open_own(const char *name, const char *path)
{
	struct store *s = must(calloc(1, sizeof *s));

	s->lock_fd = -1;
	s->path = path;
	if (sqlite3_open_v2(name, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		NULL) != SQLITE_OK)
		store_fail(s);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	return s;
}

struct store *
store_open_scratch(void)
{
	return open_own(":memory:", ":memory:");
}

struct store *
store_open_spill(void)
{
	struct store *s = open_own("", "a temporary file");
	char sql[128];

	snprintf(sql, sizeof sql,
	    "PRAGMA cache_size = -%d; PRAGMA temp_store = FILE; PRAGMA journal_mode = OFF; "
	    "PRAGMA synchronous = OFF",
	    STORE_SPILL_MIB * 1024);
	store_exec(s, sql);
	return s;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	while (s->statements) {
		struct statement *st = s->statements;

		s->statements = st->next;
		sqlite3_finalize(st->st);
		free(st);
	}
	sqlite3_close(s->db);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s);
}

void
store_hold(struct store *s)
{
	store_exec(s, "BEGIN");
}

void
store_begin(struct store *s)
{
	s->rows = 0;
	statement_run(s->begin);
}

void
store_commit(struct store *s)
{
	statement_run(s->commit);
}

bool
store_tick(struct store *s)
{
	return ++s->rows >= STORE_BATCH_ROWS;
}

static const char *
attach_trouble(struct arena *a, struct store *s, const char *path)
{
	const char *error = sqlite3_errmsg(s->db);

	switch (sqlite3_errcode(s->db) & 0xff) {
	case SQLITE_NOTADB:
	case SQLITE_CANTOPEN:
		return arena_printf(
		    a, "%s: %s; name the ledger that emt-probe made with --ledger", path, error);
	case SQLITE_CORRUPT: return arena_printf(a, "%s: %s; " LEDGER_MEND, path, error);
	}
	return arena_printf(a, "%s: %s; %s", path, error, mend_of(sqlite3_errcode(s->db)));
}

const char *
store_attach(struct arena *a, struct store *s, const char *path, const char *name,
    int64_t application, int64_t version)
{
	struct statement *st;
	int64_t found;

	if (access(path, R_OK))
		return arena_printf(a, "%s: %s; name the ledger that emt-probe made with --ledger",
		    path, strerror(errno));
	st = store_prepare(s, arena_printf(a, "ATTACH ?1 AS %s", name));
	statement_str(st, 1, path);
	if (sqlite3_step(st->st) != SQLITE_DONE) {
		sqlite3_reset(st->st);
		return attach_trouble(a, s, path);
	}
	statement_reset(st);
	if (sqlite3_exec(s->db, arena_printf(a, "SELECT 1 FROM %s.sqlite_schema", name), NULL, NULL,
		NULL) != SQLITE_OK)
		return attach_trouble(a, s, path);
	s->attached = path;
	found = pragma(s, arena_printf(a, "PRAGMA %s.application_id", name));
	if (found != application)
		return arena_printf(
		    a, "%s: is no ledger of emt-probe; name another file with --ledger", path);
	found = pragma(s, arena_printf(a, "PRAGMA %s.user_version", name));
	if (found != version)
		return arena_printf(a,
		    "%s: is of version %lld, and this program reads %lld; use programs of one "
		    "release",
		    path, (long long)found, (long long)version);
	return NULL;
}

void
store_detach(struct store *s, const char *name)
{
	char sql[64];

	s->attached = NULL;
	snprintf(sql, sizeof sql, "DETACH %s", name);
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		log_debug("%s: %s", sql, sqlite3_errmsg(s->db));
}

struct statement *
store_prepare(struct store *s, const char *sql)
{
	struct statement *st = must(calloc(1, sizeof *st));
	int code = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->st, NULL);

	if (code == SQLITE_ERROR) {
		log_error("bug: %s: %s", sqlite3_errmsg(s->db), sql);
		abort();
	}
	if (code != SQLITE_OK)
		store_fail(s);
	st->store = s;
	st->next = s->statements;
	s->statements = st;
	return st;
}

struct statement *
store_cached(struct store *s, const char *sql)
{
	struct statement *st = s->statements;

	while (st && st->constant != sql)
		st = st->next;
	if (!st) {
		st = store_prepare(s, sql);
		st->constant = sql;
	}
	return st;
}

int64_t
store_last_id(struct store *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

const char *
store_plans(struct arena *a, struct store *s)
{
	struct statement *last = s->statements;
	struct buf text;
	const char *plans;

	buf_init(&text, 1 << 20);
	for (struct statement *of = last; of; of = of->next) {
		const char *sql = sqlite3_sql(of->st);
		struct statement *st;

		if (!strncmp(sql, "BEGIN", 5) || !strncmp(sql, "COMMIT", 6) ||
		    !strncmp(sql, "PRAGMA", 6))
			continue;
		st = store_prepare(s, arena_printf(a, "EXPLAIN QUERY PLAN %s", sql));
		while (statement_row(st))
			buf_printf(&text, "%s\n", statement_dup(st, 3, a));
	}
	plans = arena_dup(a, buf_span(&text));
	buf_free(&text);
	return plans;
}
