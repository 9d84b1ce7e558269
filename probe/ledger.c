/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/sha256.h"
#include "probe/ledger_db.h"

enum {
	APPLICATION_ID = 0x656d744c, /* as schema/ledger.sql has it */
	VERSION = 1,
	BUSY_MS = 60000, /* another program's transaction takes milliseconds */
};

const char *const ledger_outcome_names[] = {"accepted", "refused", "failed"};

/* What a person can do about it. */
static const char *
mend_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_CORRUPT: return "put back a copy that is sound, or try sqlite3's .recover";
	case SQLITE_CANTOPEN: return "name a file with --ledger";
	case SQLITE_READONLY:
	case SQLITE_PERM: return "the file and its folder must be writable";
	case SQLITE_FULL: return "make room on the disk, and start this again";
	case SQLITE_BUSY: return "another program holds it; start this again later";
	}
	return "look at the disk, and start this again";
}

enum ledger_st
ledger_failed(struct ledger *l)
{
	l->message = arena_printf(
	    l->a, "%s: %s; %s", l->path, sqlite3_errmsg(l->db), mend_of(sqlite3_errcode(l->db)));
	return LEDGER_FAILED;
}

enum ledger_st
ledger_refused(struct ledger *l, const char *format, ...)
{
	char text[600];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	l->message = arena_printf(l->a, "%s: %s", l->path, text);
	return LEDGER_REFUSED;
}

const char *
ledger_message(const struct ledger *l)
{
	return l->message;
}

enum ledger_st
ledger_exec(struct ledger *l, const char *sql)
{
	return sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK ? LEDGER_OK
								       : ledger_failed(l);
}

enum ledger_st
ledger_begin(struct ledger *l)
{
	return ledger_exec(l, "BEGIN IMMEDIATE");
}

enum ledger_st
ledger_end(struct ledger *l, enum ledger_st st)
{
	if (st == LEDGER_OK)
		st = ledger_exec(l, "COMMIT");
	if (st != LEDGER_OK && !sqlite3_get_autocommit(l->db))
		sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
	return st;
}

sqlite3_stmt *
ledger_prepare(struct ledger *l, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(l->db, sql, -1, &s, NULL) != SQLITE_OK)
		ledger_failed(l);
	return s;
}

void
ledger_bind_text(sqlite3_stmt *s, int at, const char *text)
{
	if (text)
		sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(s, at);
}

enum ledger_st
ledger_run(struct ledger *l, sqlite3_stmt *s)
{
	enum ledger_st st = LEDGER_FAILED;

	if (s)
		st = sqlite3_step(s) == SQLITE_DONE ? LEDGER_OK : ledger_failed(l);
	/* What it refers to is gone with its participant. */
	if (st == LEDGER_FAILED && sqlite3_extended_errcode(l->db) == SQLITE_CONSTRAINT_FOREIGNKEY)
		st = ledger_refused(l, "the participant was forgotten meanwhile");
	sqlite3_finalize(s);
	return st;
}

const char *
ledger_text(struct ledger *l, sqlite3_stmt *s, int column)
{
	const char *text = (const char *)sqlite3_column_text(s, column);

	return text ? arena_dup(l->a, span_str(text)) : NULL;
}

static enum ledger_st
pragma_number(struct ledger *l, const char *sql, int64_t *number)
{
	sqlite3_stmt *s = ledger_prepare(l, sql);
	enum ledger_st st = LEDGER_FAILED;

	if (s && sqlite3_step(s) == SQLITE_ROW) {
		*number = sqlite3_column_int64(s, 0);
		st = LEDGER_OK;
	} else if (s) {
		ledger_failed(l);
	}
	sqlite3_finalize(s);
	return st;
}

/* Makes the tables in an empty file; refuses what is something else. */
static enum ledger_st
take_schema(struct ledger *l, const char *schema)
{
	int64_t id = 0, version = 0, pages = 0;
	enum ledger_st st = pragma_number(l, "PRAGMA application_id", &id);

	if (st == LEDGER_OK)
		st = pragma_number(l, "PRAGMA user_version", &version);
	if (st == LEDGER_OK)
		st = pragma_number(l, "SELECT count(*) FROM sqlite_schema", &pages);
	if (st != LEDGER_OK)
		return st;
	if (!pages && !id && !version)
		return schema ? ledger_exec(l, schema)
			      : ledger_refused(l, "is empty; emt-probe new makes the first set");
	if (id != APPLICATION_ID)
		return ledger_refused(l, "is no ledger of probes; name another file");
	if (version != VERSION)
		return ledger_refused(l,
		    "is of version %lld, this program knows version %d; use the program that made "
		    "it",
		    (long long)version, VERSION);
	return LEDGER_OK;
}

static enum ledger_st
add_site(struct ledger *l, const char *sum)
{
	sqlite3_stmt *s = ledger_prepare(l, "INSERT INTO site VALUES (?, ?)");

	if (s) {
		ledger_bind_text(s, 1, l->site.domain);
		ledger_bind_text(s, 2, sum);
	}
	return ledger_run(l, s);
}

/* A ledger belongs to the pool of one site: with another secret the same numbers are other
 * tokens. */
static enum ledger_st
take_site(struct ledger *l)
{
	sqlite3_stmt *s = ledger_prepare(l, "SELECT domain, secret_sha256 FROM site");
	const char *domain = NULL, *secret = NULL;
	char sum[SHA256_HEX_LEN + 1];
	int step = s ? sqlite3_step(s) : SQLITE_ERROR;

	sha256_hex_of(span_str(l->site.token_secret), sum);
	if (step == SQLITE_ROW) {
		domain = ledger_text(l, s, 0);
		secret = ledger_text(l, s, 1);
	}
	sqlite3_finalize(s);
	if (step == SQLITE_DONE && l->site.token_secret)
		return add_site(l, sum);
	if (step != SQLITE_ROW || !domain || !secret)
		return ledger_failed(l);
	if (strcmp(domain, l->site.domain))
		return ledger_refused(l,
		    "is of the measurement at %s, the site file is of %s; "
		    "name the ledger or the site file that belongs to it",
		    domain, l->site.domain);
	if (l->site.token_secret && strcmp(secret, sum))
		return ledger_refused(l, "was begun with another token_secret; its tokens are not "
					 "in the zones of this one. Put the secret back, or begin "
					 "a new ledger");
	return LEDGER_OK;
}

/* SQLite would make it by the umask: others shall not read who takes part. */
static bool
make_file(struct ledger *l)
{
	int fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static enum ledger_st
open_file(struct ledger *l, const char *schema)
{
	enum ledger_st st;

	if (schema ? !make_file(l) : access(l->path, R_OK | W_OK) != 0)
		return ledger_refused(l, "%s; %s", strerror(errno),
		    errno != ENOENT ? "name a file with --ledger that you may read and write"
		    : schema        ? "make its folder, or name another file with --ledger"
				    : "name the ledger with --ledger, emt-probe new makes one");
	if (sqlite3_open_v2(l->path, &l->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		return l->db ? ledger_failed(l) : LEDGER_FAILED;
	sqlite3_busy_timeout(l->db, BUSY_MS);
	st = ledger_exec(l, "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
			    "PRAGMA synchronous = FULL");
	if (st == LEDGER_OK)
		st = ledger_begin(l);
	if (st == LEDGER_OK)
		st = take_schema(l, schema);
	if (st == LEDGER_OK)
		st = take_site(l);
	st = ledger_end(l, st);
	if (st == LEDGER_FAILED && sqlite3_errcode(l->db) == SQLITE_NOTADB)
		st = ledger_refused(l, "is no ledger of probes; name another file");
	return st;
}

enum ledger_st
ledger_open(struct arena *a, const char *path, const char *schema, const struct ledger_site *site,
    struct ledger **ledger, const char **message)
{
	struct ledger *l = arena_alloc(a, sizeof *l);
	enum ledger_st st;

	*l = (struct ledger){
	    .a = a, .path = path, .site = *site, .message = "there is no memory for SQLite"};
	st = open_file(l, schema);
	*message = l->message;
	*ledger = l;
	if (st != LEDGER_OK) {
		ledger_close(l);
		*ledger = NULL;
	}
	return st;
}

void
ledger_close(struct ledger *l)
{
	if (l)
		sqlite3_close(l->db);
}
