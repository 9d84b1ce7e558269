/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/purge.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/tree.h"
#include "report/member.h"
#include "report/purge_index.h"
#include "report/purge_pool.h"

enum {
	DAY_S = 86400,
	RECORD_MAX = 64 * 1024 * 1024, /* octets */
	FRESH_S = 3600                 /* a record changed since is in somebody's hands */
};

struct purge {
	const struct purge_params *params;
	struct purge_tokens *tokens; /* those that the ledger knows; NULL: no ledger */
	struct purge_pool pool;
	bool no_unknown; /* the ledger knows nobody here */
	uint64_t failed;
};

/* One folder, and what goes of it. */
struct folder {
	struct purge *purge;
	const char *path;
	int fd;
	uint64_t seen, gone;
};

static bool
is_older(const struct purge *p, int64_t time_utc, int64_t days)
{
	return time_utc < p->params->now_utc - days * DAY_S;
}

static void
failed(struct purge *p, const char *path, const char *name)
{
	log_error("%s/%s: %s", path, name, strerror(errno));
	p->failed++;
}

static bool delete (struct folder *f, const char *name)
{
	if (!f->purge->params->dry_run && unlinkat(f->fd, name, 0) && errno != ENOENT) {
		failed(f->purge, f->path, name);
		return false;
	}
	f->gone++;
	return true;
}

static void
say(const struct folder *f, const char *what)
{
	if (f->gone)
		printf("%s: %s %llu of %llu %s\n", f->path,
		    f->purge->params->dry_run ? "would delete" : "deleted",
		    (unsigned long long)f->gone, (unsigned long long)f->seen, what);
}

/* Calls `look` for each name that does not begin with a dot; a folder that is missing is empty. */
static void
walk(struct purge *p, const char *path, const char *what, void *state,
    void (*look)(struct folder *f, const char *name, void *state))
{
	struct folder f = {.purge = p, .path = path};
	DIR *d = opendir(path);
	struct dirent *e;

	if (!d) {
		if (errno != ENOENT && errno != ENOTDIR)
			failed(p, path, "");
		return;
	}
	f.fd = dirfd(d);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			look(&f, e->d_name, state);
	closedir(d);
	say(&f, what);
}

/* SECONDS:..., as mails, their records and sessions' own files are called; -1: it is none.  What
 * somebody else has put there is left alone. */
static int64_t
seconds_of(const char *name)
{
	int64_t seconds = 0;
	size_t n = 0;

	for (; n < 11 && is_digit(name[n]); n++)
		seconds = seconds * 10 + (name[n] - '0');
	return n && name[n] == ':' ? seconds : -1;
}

/* ---- mails ---- */

struct mails {
	const char *mail_dir;
	int mail_fd, json_fd; /* -1: there is no such folder */
	bool is_catch_all;    /* flavour spam or all */
	struct folder mails;
};

/* How long a mail is kept. */
static int64_t
days_of(const struct purge *p, const struct mails *m, struct span token)
{
	int64_t days = p->params->retention_days;
	bool unknown =
	    token.p && p->tokens && !p->no_unknown && !purge_tokens_have(p->tokens, token);

	return (m->is_catch_all || unknown) && days > PURGE_UNKNOWN_DAYS ? PURGE_UNKNOWN_DAYS
									 : days;
}

/* Is the mail of this record old enough?  A record that cannot be read goes by its file's time. */
static bool
is_due(struct folder *f, const char *name, const struct mails *m)
{
	struct arena *a = arena_new();
	struct stat st;
	struct span text;
	const struct value_node *record = NULL;
	struct value_tree tree;
	int64_t arrived;
	bool due = false;

	value_tree_init(&tree);
	if (!fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode) &&
	    st.st_mtim.tv_sec < f->purge->params->now_utc - FRESH_S) {
		const char *path = arena_printf(a, "%s/%s", f->path, name);

		if (tree_read(a, path, RECORD_MAX, &text) ||
		    member_read(&tree, text, "mail/1", &record) != RECORD_READ_OK ||
		    !member_time(record, "arrived", &arrived))
			arrived = st.st_mtim.tv_sec * INT64_C(1000000);
		due = is_older(f->purge, arrived / 1000000,
		    days_of(f->purge, m, member_text(record, "token")));
	}
	value_tree_free(&tree);
	arena_free(a);
	return due;
}

/* The mail first: while its record stands, the next run finds both. */
static void
look_at_record(struct folder *f, const char *name, void *state)
{
	struct mails *m = state;

	if (seconds_of(name) < 0)
		return;
	f->seen++;
	if (is_due(f, name, m) && (m->mail_fd < 0 || delete (&m->mails, name)))
		delete (f, name);
}

/* Mails without a record, which a killed delivery left. */
static void
look_at_mail(struct folder *f, const char *name, void *state)
{
	struct mails *m = state;
	struct stat st;

	if (seconds_of(name) < 0 ||
	    (m->json_fd >= 0 && !faccessat(m->json_fd, name, F_OK, AT_SYMLINK_NOFOLLOW)) ||
	    fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return;
	f->seen++;
	if (is_older(f->purge, st.st_mtim.tv_sec, days_of(f->purge, m, (struct span){NULL, 0})))
		delete (f, name);
}

static void
purge_mails(struct purge *p, struct arena *a, const char *dir, const char *flavour)
{
	const char *json_dir = arena_printf(a, "%s/%sjson", dir, flavour);
	struct mails m = {.mail_dir = arena_printf(a, "%s/%smails", dir, flavour),
	    .is_catch_all = flavour[0] != '\0'};

	m.mail_fd = open(m.mail_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	m.json_fd = open(json_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	m.mails = (struct folder){.purge = p, .path = m.mail_dir, .fd = m.mail_fd};
	walk(p, json_dir, "records", &m, look_at_record);
	m.mails.seen = m.mails.gone;
	say(&m.mails, "mails of these");
	if (m.mail_fd >= 0)
		walk(p, m.mail_dir, "mails that have no record", &m, look_at_mail);
	if (m.mail_fd >= 0)
		close(m.mail_fd);
	if (m.json_fd >= 0)
		close(m.json_fd);
}

/* ---- sessions and queries ---- */

/* The end of the day of YYYY-MM-DD.jsonl, seconds since 1970; 0: it is no such name. */
static int64_t
end_of_day(const char *name)
{
	static const char form[] = "dddd-dd-dd.jsonl";
	int number[3] = {0, 0, 0}, at = 0;

	for (size_t i = 0; i < sizeof form; i++) {
		if (form[i] == 'd' && i < 10 ? !is_digit(name[i]) : name[i] != form[i])
			return 0;
		if (i < 10 && form[i] == '-')
			at++;
		else if (i < 10)
			number[at] = number[at] * 10 + (name[i] - '0');
	}
	if (number[1] < 1 || number[1] > 12 || number[2] < 1 || number[2] > 31)
		return 0;
	return civil_to_epoch(number[0], number[1], number[2], 0, 0, 0) + DAY_S;
}

static void
look_at_day(struct folder *f, const char *name, void *state)
{
	int64_t time_utc = end_of_day(name);
	const char *log = state;
	struct stat st;

	if (!time_utc)
		time_utc = seconds_of(name) < 0 ? 0 : seconds_of(name);
	/* What the collector wrote, put aside for another day: queries.dnstap-20261121. */
	if (!time_utc && log && !strncmp(name, log, strlen(log)) && name[strlen(log)] &&
	    !fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode))
		time_utc = st.st_mtim.tv_sec;
	f->seen += time_utc != 0;
	if (time_utc && is_older(f->purge, time_utc, f->purge->params->retention_days))
		delete (f, name);
}

/* The folder, and the hosts' folders in it. */
static void
purge_days(struct purge *p, struct arena *a, const char *dir, const char *below, char *log)
{
	const char *path = arena_printf(a, "%s/%s", dir, below);
	DIR *d = opendir(path);
	struct dirent *e;

	walk(p, path, "files", log, look_at_day);
	while (d && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN))
			walk(p, arena_printf(a, "%s/%s", path, e->d_name), "files", log,
			    look_at_day);
	if (d)
		closedir(d);
}

/* As ingest knows a base_dir: one that holds health records alone has nothing that goes. */
static bool
is_base(struct arena *a, const char *dir)
{
	static const char *const names[] = {
	    "json", "mails", "sessions", "queries", "health", "spam/json", "all/json"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!access(arena_printf(a, "%s/%s", dir, names[i]), F_OK))
			return true;
	return false;
}

static void
purge_base(struct purge *p, struct arena *a, const char *dir)
{
	static const char *const flavours[] = {"", "spam/", "all/"};
	static char collected[] = "queries.dnstap";

	for (size_t i = 0; i < 3; i++)
		purge_mails(p, a, dir, flavours[i]);
	purge_days(p, a, dir, "sessions", NULL);
	purge_days(p, a, dir, "queries", collected);
}

/* Calls `on` for each base_dir: the folder itself, or those of hosts in it.  How many there are. */
static size_t
each_base(struct purge *p, struct arena *a, const char *dir,
    void (*on)(struct purge *p, struct arena *a, const char *base))
{
	struct dirent **names;
	size_t found_n = 0;
	int n;

	if (is_base(a, dir)) {
		on(p, a, dir);
		return 1;
	}
	n = scandir(dir, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *below = arena_printf(a, "%s/%s", dir, names[i]->d_name);

		if (names[i]->d_name[0] != '.' && is_base(a, below)) {
			on(p, a, below);
			found_n++;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return found_n;
}

static void
purge_dir(struct purge *p, struct arena *a, const char *dir)
{
	if (access(dir, R_OK | X_OK)) {
		failed(p, dir, "");
	} else if (!each_base(p, a, dir, purge_base)) {
		log_error("%s: has none of json/, sessions/, queries/, health/; name a base_dir, "
			  "or a folder of hosts' base_dirs",
		    dir);
		p->failed++;
	}
}

static void
look_at_pool(struct purge *p, struct arena *a, const char *base)
{
	purge_pool_look(&p->pool, arena_printf(a, "%s/json", base));
}

/* Is it likely to be the ledger of these mails? */
static void
check_pool(struct purge *p, struct arena *a, char *const *dirs, int dirs_n)
{
	p->pool = (struct purge_pool){.tokens = p->tokens};
	for (int i = 0; i < dirs_n && !p->pool.is_known; i++)
		each_base(p, a, dirs[i], look_at_pool);
	p->no_unknown = !p->pool.is_known;
	if (p->no_unknown && p->pool.strange_n)
		log_warning("%s: knows none of the tokens of %llu mails, so their mails are kept "
			    "for retention_days; if it is an old copy, or of another token_secret, "
			    "name the right one with --ledger",
		    p->params->ledger, (unsigned long long)p->pool.strange_n);
}

int
purge_run(struct arena *a, const struct purge_params *params, char *const *dirs, int dirs_n)
{
	struct purge p = {.params = params};
	const char *error = NULL;

	if (params->ledger)
		error = purge_tokens_open(a, params, &p.tokens);
	if (!error && p.tokens)
		check_pool(&p, a, dirs, dirs_n);
	for (int i = 0; !error && i < dirs_n; i++)
		purge_dir(&p, a, dirs[i]);
	if (!error && params->db)
		error = purge_index(a, params);
	purge_tokens_close(p.tokens);
	if (error)
		log_error("%s", error);
	if (fflush(stdout) || p.failed)
		return EX_TEMPFAIL;
	return error ? EX_CONFIG : EX_OK;
}
