/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "delivery/mail_record.h"
#include "io/record.h"
#include "io/spool.h"

struct added {
	STAILQ_ENTRY(added) entry;
	char name[];
};

struct enrich_folder {
	const char *path;
	DIR *dir;
	int fd; /* dir's */
	size_t refs;
	bool scanning, scan_again;
	STAILQ_HEAD(added_list, added) added;
	size_t added_n;
	struct added *given; /* what enrich_folder_next gave last, or NULL */
};

struct enrich_folder *
enrich_folder_open(const char *path)
{
	DIR *dir = opendir(path);
	struct enrich_folder *f;

	if (!dir)
		return NULL;
	if (flock(dirfd(dir), LOCK_EX | LOCK_NB)) {
		int saved = errno;

		closedir(dir);
		errno = saved;
		return NULL;
	}
	f = malloc(sizeof *f);
	if (!f)
		out_of_memory();
	*f = (struct enrich_folder){.path = path, .dir = dir, .fd = dirfd(dir), .refs = 1};
	STAILQ_INIT(&f->added);
	return f;
}

struct enrich_folder *
enrich_folder_ref(struct enrich_folder *f)
{
	f->refs++;
	return f;
}

static struct added *
first_added(struct enrich_folder *f)
{
	struct added *first = STAILQ_FIRST(&f->added);

	if (first) {
		STAILQ_REMOVE_HEAD(&f->added, entry);
		f->added_n--;
	}
	return first;
}

static void
forget_added(struct enrich_folder *f)
{
	struct added *first;

	while ((first = first_added(f)))
		free(first);
}

void
enrich_folder_unref(struct enrich_folder *f)
{
	if (!f || --f->refs)
		return;
	forget_added(f);
	free(f->given);
	closedir(f->dir);
	free(f);
}

const char *
enrich_folder_path(const struct enrich_folder *f)
{
	return f->path;
}

int
enrich_folder_fd(const struct enrich_folder *f)
{
	return f->fd;
}

bool
enrich_folder_is_there(const struct enrich_folder *f)
{
	struct stat ours, there;

	return !fstat(f->fd, &ours) && !stat(f->path, &there) && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

void
enrich_folder_scan(struct enrich_folder *f)
{
	/* All that was added is there to be found. */
	forget_added(f);
	if (f->scanning) {
		f->scan_again = true;
		return;
	}
	rewinddir(f->dir);
	f->scanning = true;
}

void
enrich_folder_add(struct enrich_folder *f, const char *name)
{
	size_t size = strlen(name) + 1;
	struct added *a;

	if (f->added_n >= ENRICH_NAMES_MAX) {
		enrich_folder_scan(f);
		return;
	}
	a = malloc(sizeof *a + size);
	if (!a)
		out_of_memory();
	memcpy(a->name, name, size);
	STAILQ_INSERT_TAIL(&f->added, a, entry);
	f->added_n++;
}

static void
end_scan(struct enrich_folder *f)
{
	f->scanning = false;
	if (f->scan_again) {
		f->scan_again = false;
		enrich_folder_scan(f);
	}
}

/* The next name of the scan, NULL at its end. */
static const char *
next_scanned(struct enrich_folder *f, bool *failed)
{
	const struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(f->dir);
	} while (entry && entry->d_name[0] == '.'); /* being written, and the folders themselves */
	if (entry)
		return entry->d_name;
	if (errno) {
		log_error("%s: cannot be read: %s", f->path, strerror(errno));
		*failed = true;
	}
	end_scan(f);
	return NULL;
}

const char *
enrich_folder_next(struct enrich_folder *f, bool *failed)
{
	const char *name = NULL;

	*failed = false;
	free(f->given);
	/* What has just arrived goes before what a scan may still find. */
	f->given = first_added(f);
	if (f->given)
		return f->given->name;
	while (!name && f->scanning && !*failed)
		name = next_scanned(f, failed);
	return name;
}

/* Says in the log why a file is not taken; answers `as`. */
static enum enrich_take
not_taken(
    enum enrich_take as, const struct enrich_folder *folder, const char *name, const char *why)
{
	log_warning("%s/%s: left alone: %s", folder->path, name, why);
	return as;
}

/* Reads the whole of a file that may be a record; ENRICH_TAKE_PENDING if it did. */
static enum enrich_take
read_whole(
    const struct enrich_folder *folder, const char *name, int fd, struct stat *st, struct buf *text)
{
	char *room;
	ssize_t n;

	if (fstat(fd, st))
		return not_taken(ENRICH_TAKE_FAILED, folder, name, strerror(errno));
	if (!S_ISREG(st->st_mode))
		return not_taken(ENRICH_TAKE_FOREIGN, folder, name, "no regular file");
	do {
		room = buf_room(text, 65536);
		if (!room)
			return not_taken(ENRICH_TAKE_FOREIGN, folder, name, "larger than 16 MiB");
		n = read(fd, room, 65536);
		if (n > 0)
			buf_added(text, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? not_taken(ENRICH_TAKE_FAILED, folder, name, strerror(errno))
		     : ENRICH_TAKE_PENDING;
}

/* *record is the caller's if it is pending. */
static enum enrich_take
take_text(const struct enrich_folder *folder, const char *name, struct span text, json_t **record)
{
	enum record_read read_as = record_read(text, MAIL_SCHEMA, record);
	const char *state = json_string_value(json_object_get(*record, "enrichment"));
	enum enrich_take taken = ENRICH_TAKE_DONE;

	if (state && !strcmp(state, "pending"))
		return ENRICH_TAKE_PENDING;
	if (!state || (strcmp(state, "complete") != 0 && strcmp(state, "partial") != 0))
		taken = not_taken(ENRICH_TAKE_FOREIGN, folder, name,
		    read_as == RECORD_READ_OK
			? "\"enrichment\" is none of pending, complete, partial"
			: record_read_name(read_as));
	json_decref(*record);
	return taken;
}

enum enrich_take
enrich_folder_take(struct enrich_folder *f, const char *name, struct stat *st, json_t **record)
{
	int fd = openat(f->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct buf text;
	enum enrich_take taken;

	if (fd < 0 && errno == ENOENT)
		return ENRICH_TAKE_GONE;
	if (fd < 0)
		return not_taken(errno == ELOOP ? ENRICH_TAKE_FOREIGN : ENRICH_TAKE_FAILED, f, name,
		    strerror(errno));
	buf_init(&text, ENRICH_RECORD_MAX);
	taken = read_whole(f, name, fd, st, &text);
	close(fd);
	if (taken == ENRICH_TAKE_PENDING)
		taken = take_text(f, name, buf_span(&text), record);
	buf_free(&text);
	return taken;
}

static enum spool_st
write_and_replace(struct spool_file *file, int dir_fd, const char *name, struct span text)
{
	enum spool_st st = spool_write(file, text);

	if (st == SPOOL_OK)
		st = spool_flush(file);
	if (st == SPOOL_OK)
		st = spool_replace(file, name);
	if (st == SPOOL_OK)
		st = spool_flush_dir(dir_fd);
	return st;
}

bool
enrich_folder_store(
    struct enrich_folder *f, const char *name, const struct stat *st, const json_t *record)
{
	struct spool_file file;
	enum spool_st stored;
	struct buf text;

	buf_init(&text, 4 * (size_t)ENRICH_RECORD_MAX);
	record_put(&text, record);
	if (text.overflow) {
		buf_free(&text);
		errno = EFBIG;
		return false;
	}
	stored = spool_begin(&file, f->fd);
	/* Started by root by hand, it must not take the record away from the user that the others
	 * run as. */
	if (stored == SPOOL_OK && geteuid() == 0 && fchown(file.fd, st->st_uid, st->st_gid))
		stored = SPOOL_ERROR;
	if (stored == SPOOL_OK)
		stored = write_and_replace(&file, f->fd, name, buf_span(&text));
	spool_end(&file);
	buf_free(&text);
	return stored == SPOOL_OK;
}
