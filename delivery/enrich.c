/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "delivery/enrich_mail.h"
#include "delivery/mail_record.h"
#include "io/record.h"
#include "io/spool.h"

enum {
	FOLDERS_MAX = 3,
	PROGRESS_FROM = 20, /* records; fewer are done before one could read it */
	PROGRESS_EVERY_US = 200000,
	IN_FLIGHT_OCTETS_MAX =
	    4 * ENRICH_RECORD_MAX, /* of the files; a flood of large ones waits */
};

struct folder {
	const char *path;
	DIR *dir;
	int fd; /* dir's */
};

struct run {
	const struct enrich_params *p;
	struct arena *arena;
	struct folder folders[FOLDERS_MAX];
	size_t folders_n, current;
	int64_t in_flight, in_flight_octets, complete, partial, failed;
	int64_t shown_us; /* when the progress was last shown */
};

/* One record in flight. */
struct job {
	struct run *run;
	const struct folder *folder;
	char *name;
	struct stat st; /* the file's, as it was read */
	json_t *record;
};

static void *
must(void *p)
{
	if (!p)
		out_of_memory();
	return p;
}

/* False if another process works on the folder. */
static bool
lock_folder(int fd, const char *path)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno == EWOULDBLOCK)
		log_debug("%s: another emt-enrich is at work there", path);
	else
		log_error("%s: cannot be locked: %s", path, strerror(errno));
	return false;
}

/* Opens and locks a folder; false, with errno of opendir(3) or EWOULDBLOCK, if that cannot be. */
static bool
open_folder(struct run *run, const char *path)
{
	struct folder *f = &run->folders[run->folders_n];

	*f = (struct folder){.path = path, .dir = opendir(path)};
	if (!f->dir)
		return false;
	f->fd = dirfd(f->dir);
	if (!lock_folder(f->fd, path)) {
		closedir(f->dir);
		errno = EWOULDBLOCK;
		return false;
	}
	run->folders_n++;
	return true;
}

enum take {
	TAKE_PENDING,
	TAKE_DONE,    /* a record that is not pending */
	TAKE_FOREIGN, /* no record mail/1 */
	TAKE_FAILED,  /* cannot be read just now */
};

/* Says in the log why a file is not taken; answers `as`. */
static enum take
not_taken(enum take as, const struct folder *folder, const char *name, const char *why)
{
	log_warning("%s/%s: left alone: %s", folder->path, name, why);
	return as;
}

/* Reads the whole of a file that may be a record; TAKE_PENDING if it did. */
static enum take
read_whole(const struct folder *folder, const char *name, int fd, struct stat *st, struct buf *text)
{
	char *room;
	ssize_t n;

	if (fstat(fd, st))
		return not_taken(TAKE_FAILED, folder, name, strerror(errno));
	if (!S_ISREG(st->st_mode))
		return not_taken(TAKE_FOREIGN, folder, name, "no regular file");
	do {
		room = buf_room(text, 65536);
		if (!room)
			return not_taken(TAKE_FOREIGN, folder, name, "larger than 16 MiB");
		n = read(fd, room, 65536);
		if (n > 0)
			buf_added(text, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? not_taken(TAKE_FAILED, folder, name, strerror(errno)) : TAKE_PENDING;
}

/* *record is the caller's if it is pending. */
static enum take
take_text(const struct folder *folder, const char *name, struct span text, json_t **record)
{
	enum record_read read_as = record_read(text, MAIL_SCHEMA, record);
	const char *state = json_string_value(json_object_get(*record, "enrichment"));

	if (state && !strcmp(state, "pending"))
		return TAKE_PENDING;
	json_decref(*record);
	if (state)
		return TAKE_DONE;
	return not_taken(TAKE_FOREIGN, folder, name,
	    read_as == RECORD_READ_OK ? "\"enrichment\" is no text" : record_read_name(read_as));
}

static enum take
take_record(const struct folder *folder, const char *name, struct stat *st, json_t **record)
{
	int fd = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct buf text;
	enum take taken;

	if (fd < 0)
		return not_taken(
		    errno == ELOOP ? TAKE_FOREIGN : TAKE_FAILED, folder, name, strerror(errno));
	buf_init(&text, ENRICH_RECORD_MAX);
	taken = read_whole(folder, name, fd, st, &text);
	close(fd);
	if (taken == TAKE_PENDING)
		taken = take_text(folder, name, buf_span(&text), record);
	buf_free(&text);
	return taken;
}

/* Puts the completed record in the place of the pending one. */
static enum spool_st
store(const struct job *job)
{
	struct spool_file f;
	struct buf text;
	enum spool_st st;

	buf_init(&text, 4 * (size_t)ENRICH_RECORD_MAX);
	record_put(&text, job->record);
	if (text.overflow) {
		buf_free(&text);
		errno = EFBIG;
		return SPOOL_ERROR;
	}
	st = spool_begin(&f, job->folder->fd);
	/* Started by root by hand, it must not take the record away from the user that the others
	 * run as. */
	if (st == SPOOL_OK && geteuid() == 0 && fchown(f.fd, job->st.st_uid, job->st.st_gid))
		st = SPOOL_ERROR;
	if (st == SPOOL_OK)
		st = spool_write(&f, buf_span(&text));
	if (st == SPOOL_OK)
		st = spool_flush(&f);
	if (st == SPOOL_OK)
		st = spool_replace(&f, job->name);
	if (st == SPOOL_OK)
		st = spool_flush_dir(job->folder->fd);
	spool_end(&f);
	buf_free(&text);
	return st;
}

static void
show_progress(struct run *run, bool last)
{
	int64_t now_us = clock_since_us(loop_clock(run->p->loop)),
		done = run->complete + run->partial;

	if (!run->p->progress || done < PROGRESS_FROM ||
	    (!last && now_us - run->shown_us < PROGRESS_EVERY_US))
		return;
	run->shown_us = now_us;
	fprintf(stderr, "\r%lld records completed, %lld of them in part, %lld in flight%s",
	    (long long)done, (long long)run->partial, (long long)run->in_flight, last ? "\n" : "");
}

static void fill(struct run *run);

static void
job_done(void *arg)
{
	struct job *job = arg;
	struct run *run = job->run;
	const char *state = json_string_value(json_object_get(job->record, "enrichment"));

	if (store(job) != SPOOL_OK) {
		log_error("%s/%s: not written: %s", job->folder->path, job->name, strerror(errno));
		run->failed++;
	} else if (!strcmp(state, "complete")) {
		run->complete++;
	} else {
		run->partial++;
	}
	run->in_flight--;
	run->in_flight_octets -= job->st.st_size;
	json_decref(job->record);
	free(job->name);
	free(job);
	show_progress(run, false);
	fill(run);
}

static void
start_job(struct run *run, const struct folder *folder, const char *name, const struct stat *st,
    json_t *record)
{
	const struct enrich_params *p = run->p;
	struct job *job = must(calloc(1, sizeof *job));
	int64_t deadline_us =
	    clock_since_us(loop_clock(p->loop)) + p->settings->enrich_deadline_s * 1000000;

	*job = (struct job){
	    .run = run, .folder = folder, .name = must(strdup(name)), .st = *st, .record = record};
	run->in_flight++;
	run->in_flight_octets += st->st_size;
	enrich_mail(p->loop, p->dns, record, deadline_us, job_done, job);
}

static void
take_entry(struct run *run, const struct folder *folder, const char *name)
{
	json_t *record;
	struct stat st;

	if (name[0] == '.') /* what is being written, and the folders themselves */
		return;
	switch (take_record(folder, name, &st, &record)) {
	case TAKE_PENDING: start_job(run, folder, name, &st, record); break;
	case TAKE_FAILED: run->failed++; break;
	case TAKE_DONE:
	case TAKE_FOREIGN: break;
	}
}

/* Starts records until enough are in flight or none is left. */
static void
fill(struct run *run)
{
	while (run->current < run->folders_n &&
	       run->in_flight < run->p->settings->enrich_parallel &&
	       run->in_flight_octets < IN_FLIGHT_OCTETS_MAX) {
		struct folder *folder = &run->folders[run->current];
		struct dirent *entry;

		errno = 0;
		entry = readdir(folder->dir);
		if (entry) {
			take_entry(run, folder, entry->d_name);
			continue;
		}
		if (errno) {
			log_error("%s: cannot be read: %s", folder->path, strerror(errno));
			run->failed++;
		}
		run->current++;
	}
	if (!run->in_flight)
		loop_stop(run->p->loop);
}

static void
run_loop(struct run *run)
{
	if (run->in_flight)
		loop_run(run->p->loop);
	show_progress(run, true);
}

/* Opens what there is of the three folders; an exit code if that is nothing, else 0. */
static int
open_folders(struct run *run)
{
	const struct settings *s = run->p->settings;
	const char *const paths[FOLDERS_MAX] = {s->json_dir, s->spam_json_dir, s->all_json_dir};
	size_t missing = 0;

	for (size_t i = 0; i < FOLDERS_MAX; i++) {
		if (open_folder(run, paths[i]))
			continue;
		if (errno == ENOENT) {
			missing++; /* a site need not have every flavour */
		} else if (errno != EWOULDBLOCK) {
			log_error("%s: cannot be opened: %s", paths[i], strerror(errno));
			run->failed++;
		}
	}
	if (missing < FOLDERS_MAX)
		return EX_OK;
	log_error("none of %s, %s and %s exists; set base_dir to the folder of the data", paths[0],
	    paths[1], paths[2]);
	return EX_CONFIG;
}

static void
close_folders(struct run *run)
{
	for (size_t i = 0; i < run->folders_n; i++)
		closedir(run->folders[i].dir);
}

static int
enrich_file(struct run *run, const char *path)
{
	const char *folder = dirname(arena_dup(run->arena, span_str(path)));
	const char *name = basename(arena_dup(run->arena, span_str(path)));
	json_t *record;
	struct stat st;

	if (!open_folder(run, folder)) {
		log_error("%s: %s", folder,
		    errno == EWOULDBLOCK ? "another emt-enrich is at work there" : strerror(errno));
		return EX_TEMPFAIL;
	}
	/* The folder's other records are not read. */
	run->current = run->folders_n;
	switch (take_record(&run->folders[0], name, &st, &record)) {
	case TAKE_PENDING: start_job(run, &run->folders[0], name, &st, record); break;
	case TAKE_DONE: log_info("%s: is completed already", path); break;
	case TAKE_FOREIGN: return EX_DATAERR;
	case TAKE_FAILED: return EX_TEMPFAIL;
	}
	return EX_OK;
}

int
enrich(const struct enrich_params *p)
{
	struct run run = {.p = p, .arena = arena_new()};
	int code = p->file ? enrich_file(&run, p->file) : open_folders(&run);

	if (code == EX_OK) {
		fill(&run);
		run_loop(&run);
		if (run.failed)
			code = EX_TEMPFAIL;
	}
	close_folders(&run);
	arena_free(run.arena);
	return code;
}
