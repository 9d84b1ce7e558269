/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/forget_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "probe/forget_days.h"

#define TWIN ".json"       /* of a session's lines */
#define STATE_FILE "state" /* io/follow_state.h */
#define PENDING "\"enrichment\":\"pending\""

enum { PENDING_LOOK_MAX = 16 * 1024 * 1024 };

/* What is done with the files of a folder that are no daily files. */
enum kind {
	KIND_MAILS,    /* each has a twin of the same name in another folder */
	KIND_SESSIONS, /* ID and ID.json */
	KIND_LOGS      /* they are others' and go by themselves */
};

struct folder {
	struct forget_files *f;
	const char *dir;
	int fd;
	enum kind kind;
	const char *twin_dir; /* of KIND_MAILS */
	int twin_fd;          /* -1: there is none */
	const char **names;
	size_t names_n;
};

static bool
fail(const char *dir, const char *name)
{
	log_error("%s/%s: %s", dir, name, strerror(errno));
	return false;
}

static void
tell(struct forget_files *f, const char *what, const char *dir, const char *name)
{
	struct buf line;

	buf_init(&line, 8192);
	buf_printf(&line, "%s ", what);
	safe_put(&line, span_str(dir));
	if (name) {
		buf_putc(&line, '/');
		safe_put(&line, span_str(name));
	}
	fprintf(f->out, "%s\n", buf_str(&line));
	buf_free(&line);
}

/* The names in a folder, so that nothing is read and deleted at once.  `subfolders`: those, and not
 * the files. */
static bool
read_names(struct folder *d, bool subfolders, const char ***names, size_t *n)
{
	int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	size_t room = 0;

	*names = NULL;
	*n = 0;
	if (!dir)
		return fail(d->dir, ".");
	while ((errno = 0, entry = readdir(dir)) != NULL) {
		struct stat st;

		/* Hidden ones are not there yet (io/spool.h), or state. */
		if (entry->d_name[0] == '.' ||
		    fstatat(d->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !(subfolders ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode)))
			continue;
		if (*n == room) {
			*names = arena_grow(d->f->a, *names, room, 2 * room + 64, sizeof **names);
			room = 2 * room + 64;
		}
		(*names)[(*n)++] = arena_dup(d->f->a, span_str(entry->d_name));
	}
	closedir(dir);
	return errno == 0 || fail(d->dir, ".");
}

/* 1: the name or the file has traces; 0: it has none, or is gone; -1: reported. */
static int
has_traces(struct folder *d, const char *name)
{
	int fd, found;

	if (traces_in(d->f->traces, span_str(name)))
		return 1;
	fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return 0;
	found = fd >= 0 ? traces_in_file(d->f->traces, fd) : -1;
	if (found < 0)
		fail(d->dir, name);
	if (fd >= 0)
		close(fd);
	return found;
}

/* emt-enrich may have the record in hand, and put it back when its look-ups are done. */
static void
warn_pending(struct folder *d, int fd, const char *name)
{
	char *text;
	struct buf b;
	ssize_t n;
	int file = openat(fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool pending = false;

	if (file < 0)
		return;
	buf_init(&b, PENDING_LOOK_MAX);
	while ((text = buf_room(&b, 65536)) != NULL && (n = read(file, text, 65536)) > 0)
		buf_added(&b, (size_t)n);
	if (b.n)
		pending = memmem(b.p, b.n, PENDING, sizeof PENDING - 1) != NULL;
	buf_free(&b);
	close(file);
	/* A lock that can be had is nobody's: no emt-enrich is at work there. */
	if (!pending || flock(fd, LOCK_EX | LOCK_NB) == 0) {
		flock(fd, LOCK_UN);
		return;
	}
	tell(d->f, "left: emt-enrich may put it back; do this again after enrich_deadline:", d->dir,
	    name);
	d->f->left_n++;
}

static bool
delete_file(struct folder *d, const char *dir, int fd, const char *name)
{
	struct stat st;

	if (fd < 0 || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return fd < 0 || errno == ENOENT || fail(dir, name);
	if (!d->f->dry_run) {
		if (d->kind == KIND_MAILS)
			warn_pending(d, fd, name);
		if (unlinkat(fd, name, 0) && errno != ENOENT)
			return fail(dir, name);
	}
	tell(d->f, d->f->dry_run ? "would delete" : "deleted", dir, name);
	d->f->files_n++;
	return true;
}

static bool
delete_twins(struct folder *d, const char *name)
{
	struct span stem = span_str(name);

	if (d->kind == KIND_MAILS)
		return delete_file(d, d->dir, d->fd, name) &&
		       delete_file(d, d->twin_dir, d->twin_fd, name);
	if (span_ends(stem, SPAN_LIT(TWIN)))
		stem.n -= sizeof TWIN - 1;
	name = arena_dup(d->f->a, stem);
	return delete_file(d, d->dir, d->fd, arena_printf(d->f->a, "%s" TWIN, name)) &&
	       delete_file(d, d->dir, d->fd, name);
}

static bool
clean_files(struct folder *d)
{
	for (size_t i = 0; i < d->names_n; i++) {
		int found;

		if (d->kind != KIND_MAILS && forget_days_is_name(d->names[i]))
			continue;
		found = has_traces(d, d->names[i]);
		if (found < 0)
			return false;
		if (found && d->kind == KIND_LOGS) {
			tell(d->f, "left, it goes when its log does:", d->dir, d->names[i]);
			d->f->left_n++;
		} else if (found && !delete_twins(d, d->names[i])) {
			return false;
		}
	}
	return d->f->dry_run || fsync(d->fd) == 0 || fail(d->dir, ".");
}

/* Sessions and queries that a job waits with are in its state. */
static bool
look_at_state(struct folder *d, const struct forget_days *days)
{
	int fd, found;

	if (days->state.dir_fd < 0)
		return true;
	fd = openat(days->state.dir_fd, STATE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT || fail(days->state.dir, STATE_FILE);
	found = traces_in_file(d->f->traces, fd);
	close(fd);
	if (found < 0)
		return fail(days->state.dir, STATE_FILE);
	if (found) {
		tell(d->f,
		    "left, what waits there is written later; do this again then:", days->state.dir,
		    STATE_FILE);
		d->f->left_n++;
	}
	return true;
}

static bool
clean_days(struct folder *d, struct forget_days *days)
{
	for (size_t i = 0; i < d->names_n; i++)
		if (forget_days_is_name(d->names[i]) && !forget_days_learn(days, d->names[i]))
			return false;
	for (size_t i = 0; i < d->names_n; i++) {
		if (!forget_days_is_name(d->names[i]))
			continue;
		if (!forget_days_clean(days, d->names[i]))
			return false;
		if (!days->lines_n)
			continue;
		tell(d->f,
		    arena_printf(d->f->a, "%s %zu of %zu lines of",
			d->f->dry_run ? "would delete" : "deleted", days->lines_n,
			days->lines_n + days->kept_n),
		    d->dir, d->names[i]);
		d->f->lines_n += days->lines_n;
	}
	return true;
}

static bool
clean_followed(struct folder *d)
{
	struct forget_days days = {.a = d->f->a,
	    .dir = d->dir,
	    .dir_fd = d->fd,
	    .dry_run = d->f->dry_run,
	    .traces = d->f->traces};
	bool ok = forget_days_lock(&days);

	/* Only now: what a killed run left may be gone. */
	ok = ok && read_names(d, false, &d->names, &d->names_n) && clean_days(d, &days) &&
	     clean_files(d) && look_at_state(d, &days);
	forget_days_unlock(&days);
	return ok;
}

/* -1: there is none, or it cannot be opened: then *ok is false, and it is reported. */
static int
open_folder(const char *dir, bool *ok)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT) {
		log_error("%s: %s", dir, strerror(errno));
		*ok = false;
	}
	return fd;
}

static bool
clean_mails(struct forget_files *f, const char *dir, const char *twin_dir)
{
	bool ok = true;
	struct folder d = {.f = f, .dir = dir, .kind = KIND_MAILS, .twin_dir = twin_dir};

	d.fd = open_folder(dir, &ok);
	d.twin_fd = open_folder(twin_dir, &ok);
	if (ok && d.fd >= 0)
		ok = read_names(&d, false, &d.names, &d.names_n) && clean_files(&d);
	if (d.fd >= 0)
		close(d.fd);
	if (d.twin_fd >= 0)
		close(d.twin_fd);
	return ok;
}

/* A folder and those below it: several hosts of one machine have one each. */
static bool
clean_job(struct forget_files *f, const char *dir, enum kind kind, bool below)
{
	bool ok = true;
	struct folder d = {.f = f, .dir = dir, .kind = kind, .twin_fd = -1};
	const char **folders;
	size_t n;

	d.fd = open_folder(dir, &ok);
	if (d.fd < 0)
		return ok;
	ok = clean_followed(&d);
	if (ok && below && (ok = read_names(&d, true, &folders, &n)))
		for (size_t i = 0; i < n && ok; i++)
			ok =
			    clean_job(f, arena_printf(f->a, "%s/%s", dir, folders[i]), kind, false);
	close(d.fd);
	return ok;
}

bool
forget_files_run(struct forget_files *f, const struct settings *s)
{
	const char *const pairs[][2] = {{s->mail_dir, s->json_dir},
	    {s->spam_mail_dir, s->spam_json_dir}, {s->all_mail_dir, s->all_json_dir}};
	bool ok = true;

	traces_ready(f->traces);
	/* In each pair both ways: either may be without the other. */
	for (size_t i = 0; ok && i < sizeof pairs / sizeof *pairs; i++)
		ok = clean_mails(f, pairs[i][0], pairs[i][1]) &&
		     clean_mails(f, pairs[i][1], pairs[i][0]);
	ok = ok && clean_job(f, s->session_dir, KIND_SESSIONS, true) &&
	     clean_job(f, s->query_dir, KIND_LOGS, true);
	if (fflush(f->out)) {
		log_error("standard output: %s", strerror(errno));
		return false;
	}
	return ok;
}
