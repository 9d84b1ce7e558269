/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/ingest.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sha256.h"
#include "base/share.h"
#include "base/utf8.h"
#include "io/mailbox.h"
#include "report/as_lookup.h"
#include "report/derive.h"
#include "report/indices.h"
#include "report/ingest_parts.h"
#include "report/resolver_table.h"

enum { SHOWN_MAX = 20 /* bad lines that are named; all are counted */ };

static const char *const bad_names[BAD_N] = {"is no JSON object", "is no record that belongs there",
    "lacks a member of", "is larger than a record can be", "could not be read",
    "is a returned mail"};

static const struct {
	const struct ingest_kind *kind;
	const char *name;
} kinds[INGEST_KINDS] = {{&ingest_session, "sessions"}, {&ingest_delivery, "later deliveries"},
    {&ingest_query, "queries"}, {&ingest_query_gap, "query gaps"},
    {&ingest_health, "health records"}};

static const struct ingest_folder folders[] = {
    {"sessions", {&ingest_session, &ingest_delivery}},
    {"queries", {&ingest_query, &ingest_query_gap}},
    {"health", {&ingest_health, NULL}},
};

enum { FOLDERS_N = sizeof folders / sizeof *folders };

void
ingest_bad(
    struct ingest *in, const char *path, uint64_t line, enum ingest_bad cause, const char *more)
{
	uint64_t before = 0;
	char place[32] = "";

	for (size_t i = 0; i < BAD_N; i++)
		before += in->bad[i];
	in->bad[cause]++;
	if (line)
		snprintf(place, sizeof place, ":%llu", (unsigned long long)line);
	if (before < SHOWN_MAX)
		log_warning("%s%s: %s%s%s", path, place, bad_names[cause], more ? ": " : "",
		    more ? more : "");
	else if (before == SHOWN_MAX)
		log_warning("further ones are only counted");
}

void
ingest_progress(struct ingest *in, const char *path)
{
	int64_t now = clock_since_us(&clock_system);
	struct buf shown;
	uint64_t n = 0;

	if (!in->shown_us || now - in->shown_us < 1000000)
		return;
	in->shown_us = now;
	for (size_t i = 0; i < INGEST_KINDS + 2; i++)
		for (size_t k = 0; k < TAKEN_N; k++)
			n += in->taken[i][k];
	buf_init(&shown, 1024);
	/* The end of the name tells most. */
	safe_put(&shown, span_str(strlen(path) > 50 ? path + strlen(path) - 50 : path));
	fprintf(stderr, "\r\033[K%llu records, %llu MB: %s", (unsigned long long)n,
	    (unsigned long long)(in->octets / 1000000), buf_str(&shown));
	fflush(stderr);
	buf_free(&shown);
}

static void
tell_index(void *arg, const char *name)
{
	struct ingest *in = arg;

	if (in->shown_us)
		fprintf(stderr, "\r\033[Kindex %s", name);
}

static void
begin_progress(struct ingest *in)
{
	if (isatty(STDERR_FILENO))
		in->shown_us = clock_since_us(&clock_system) - 1000000;
}

static void
end_progress(struct ingest *in)
{
	if (in->shown_us)
		fputs("\r\033[K", stderr);
	in->shown_us = 0;
}

static bool
is_folder(struct arena *a, const char *dir, const char *name)
{
	struct stat st;

	return !stat(arena_printf(a, "%s/%s", dir, name), &st) && S_ISDIR(st.st_mode);
}

/* Does it hold the data of one host? */
static bool
is_base(struct arena *a, const char *dir)
{
	static const char *const names[] = {
	    "json", "sessions", "queries", "health", "spam/json", "all/json"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (is_folder(a, dir, names[i]))
			return true;
	return false;
}

/* The folder's own name. */
static struct span
host_of(struct arena *a, const char *dir)
{
	char real[PATH_MAX];
	const char *name = realpath(dir, real) ? strrchr(real, '/') : NULL;

	return arena_span(a, span_str(name && name[1] ? name + 1 : dir));
}

static void
take_base(struct ingest *in, const char *dir)
{
	struct span host = host_of(in->arena, dir);

	ingest_mails(in, host, dir);
	for (size_t i = 0; i < FOLDERS_N; i++)
		ingest_days(in, host, dir, &folders[i]);
}

/* A base_dir, or a folder of hosts' base_dirs.  NULL, or what is wrong and the mend. */
static const char *
take_dir(struct ingest *in, const char *dir)
{
	struct dirent **names;
	bool found = is_base(in->arena, dir);
	int n;

	if (found) {
		take_base(in, dir);
		return NULL;
	}
	n = scandir(dir, &names, NULL, alphasort);
	if (n < 0)
		return arena_printf(in->arena, "%s: %s", dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *below = arena_printf(in->arena, "%s/%s", dir, names[i]->d_name);

		if (names[i]->d_name[0] != '.' && is_base(in->arena, below)) {
			take_base(in, below);
			found = true;
		}
		free(names[i]);
	}
	free(names);
	if (found)
		return NULL;
	return arena_printf(in->arena,
	    "%s: has none of json/, sessions/, queries/, health/, nor has a folder in it; name a "
	    "base_dir, or a folder of hosts' base_dirs",
	    dir);
}

static void
say(const char *name, const uint64_t taken[TAKEN_N])
{
	if (taken[TAKEN_NEW] + taken[TAKEN_CHANGED] + taken[TAKEN_KNOWN] + taken[TAKEN_OTHER])
		log_info("%s: %llu new, %llu changed, %llu known, %llu of no use here", name,
		    (unsigned long long)taken[TAKEN_NEW], (unsigned long long)taken[TAKEN_CHANGED],
		    (unsigned long long)taken[TAKEN_KNOWN], (unsigned long long)taken[TAKEN_OTHER]);
}

/* What was done; the number of bad lines and files. */
static uint64_t
sum_up(struct ingest *in)
{
	uint64_t all = 0;

	for (size_t i = 0; i < INGEST_KINDS; i++)
		say(kinds[i].name, in->taken[i]);
	say("mails", in->taken[INGEST_MAILS]);
	say("returned mails' recipients", in->taken[INGEST_DSNS]);
	for (size_t i = 0; i < BAD_N; i++) {
		all += in->bad[i];
		if (in->bad[i])
			log_warning("%llu times: %s", (unsigned long long)in->bad[i], bad_names[i]);
	}
	return all;
}

static void
warn_without_sets(struct ingest *in)
{
	struct statement *st = store_prepare(in->store, "SELECT 1 FROM probe_set LIMIT 1");

	if (!statement_row(st))
		log_warning("no probe set is known, and without one there are no verdicts; name "
			    "emt-probe's ledger with --ledger FILE");
	statement_reset(st);
}

/* Also of what was read before: another table may know it. */
static void
apply_as(struct ingest *in, const struct client_as *as)
{
	if (!as)
		return;
	store_begin(in->store);
	client_table_apply_as(in->clients);
	resolver_table_apply_as(in->store, as);
	store_commit(in->store);
}

/* *code is the exit code if there is an error: a file that the user named and that is no such file
 * is 78, a folder without records is 64. */
static const char *
take_all(
    struct ingest *in, const struct ingest_params *params, char *const *dirs, int dirs_n, int *code)
{
	const char *error = params->ledger ? ingest_ledger(in, params->ledger) : NULL;

	*code = EX_CONFIG;
	for (int i = 0; !error && i < dirs_n; i++) {
		error = take_dir(in, dirs[i]);
		*code = error ? EX_USAGE : EX_CONFIG;
	}
	for (size_t i = 0; !error && i < params->mailbox.n; i++)
		ingest_mailbox(in, params->mailbox.v[i]);
	if (!error)
		indices_make(in->store, tell_index, in);
	/* What was read may be of somebody who was forgotten. */
	if (!error && params->ledger && in->is_changed)
		error = ingest_ledger(in, params->ledger);
	return error;
}

/* Before anything is read: a mistyped name is the user's, not a bad record. */
static const char *
check_mailboxes(struct arena *a, const struct option_list *mailboxes)
{
	for (size_t i = 0; i < mailboxes->n; i++) {
		struct mailbox *box;
		const char *error = mailbox_open(a, mailboxes->v[i], &box);

		if (error)
			return arena_printf(
			    a, "%s; name a mbox file or a Maildir with --mailbox", error);
		mailbox_close(box);
	}
	return NULL;
}

/* What follows from all of it. */
static void
finish(struct ingest *in, const struct client_as *as)
{
	apply_as(in, as);
	derive_update(in->store);
	warn_without_sets(in);
}

#define DOMAIN "domain"

/* What recipients tell depends on the domain, and what was read is not read again: an index is of
 * one domain. */
static const char *
check_domain(struct ingest *in, const char *db)
{
	unsigned char digest[SHA256_LEN];
	struct sha256 sum;
	int64_t known = memory_get(in->store, DOMAIN), own = 0;

	sha256_init(&sum);
	sha256_add(&sum, in->domain);
	sha256_end(&sum, digest);
	for (size_t i = 0; i < 6; i++)
		own = own << 8 | digest[i];
	if (!known) {
		store_begin(in->store);
		memory_set(in->store, DOMAIN, own);
		store_commit(in->store);
	}
	return !known || known == own
		   ? NULL
		   : arena_printf(in->arena,
			 "%s: is the index of another domain than %s; name another file with --db",
			 db, in->domain.p);
}

static const char *
begin(struct ingest *in, const struct ingest_params *params, struct testcases *cases)
{
	const char *share, *error = NULL;

	if (!in->domain.p)
		error = "the setting domain is missing: name the site file with -c FILE, or give "
			"--set domain=DOMAIN";
	if (!error)
		error = share_find(in->arena, params->share, "schema/index.sql", &share);
	if (!error)
		error = testcases_read(
		    in->arena, arena_printf(in->arena, "%s/testcases", share), cases);
	if (!error)
		error = store_open(in->arena, params->db, share, STORE_WRITE, &in->store);
	if (!error)
		error = check_domain(in, params->db);
	if (error)
		return error;
	indices_postpone(in->store);
	source_prepare(in);
	for (size_t i = 0; i < INGEST_KINDS; i++)
		kinds[i].kind->prepare(in);
	return NULL;
}

int
ingest_run(struct arena *a, const struct ingest_params *params, const struct settings *settings,
    char *const *dirs, int dirs_n)
{
	struct testcases cases;
	struct ingest in = {.arena = a,
	    .cases = &cases,
	    .domain = span_str(settings->domain),
	    .owner = {settings->domain, settings->token_secret}};
	struct public_suffixes *suffixes = public_suffixes_open_fast();
	struct as_lookup as;
	const char *error = as_lookup_open(a, &params->as, &as);
	uint64_t bad = 0;
	int code = EX_CONFIG;

	if (!error)
		error = check_mailboxes(a, &params->mailbox);
	if (!error)
		error = begin(&in, params, &cases);
	if (!error) {
		in.record = arena_new();
		value_tree_init(&in.tree);
		in.clients = client_table_new(in.store, suffixes, as_lookup_of(&as));
		begin_progress(&in);
		error = take_all(&in, params, dirs, dirs_n, &code);
		if (!error)
			finish(&in, as_lookup_of(&as));
		end_progress(&in);
		bad = sum_up(&in);
	}
	if (error)
		log_error("%s", error);
	client_table_free(in.clients);
	store_close(in.store);
	public_suffixes_free(suffixes);
	as_lookup_close(&as);
	arena_free(in.record);
	value_tree_free(&in.tree);
	if (error)
		return code;
	return bad && params->strict ? EX_DATAERR : EX_OK;
}
