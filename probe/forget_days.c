/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/forget_days.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "io/dayfiles.h"
#include "io/owner.h"
#include "io/record.h"
#include "io/spool.h"

bool
forget_days_is_name(const char *name)
{
	static const char form[] = "0000-00-00.jsonl";

	for (size_t i = 0; i < sizeof form; i++)
		if (form[i] == '0' ? !is_digit(name[i]) : name[i] != form[i])
			return false;
	return true;
}

static bool
fail(const struct forget_days *f, const char *name)
{
	log_error("%s/%s: %s", f->dir, name, strerror(errno));
	return false;
}

/* The folder of the state that owns this one, or NULL; an empty text: reported. */
static const char *
owner_of(struct forget_days *f)
{
	int fd = openat(f->dir_fd, OWNER_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char path[PATH_MAX + 1];
	ssize_t n;

	if (fd < 0 && errno == ENOENT)
		return NULL;
	n = fd >= 0 ? read(fd, path, sizeof path - 1) : -1;
	if (n < 0)
		fail(f, OWNER_FILE);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return "";
	path[n] = '\0';
	/* A state that was removed holds nobody's lock; opening it would make it again. */
	return n && access(path, F_OK) == 0 ? arena_dup(f->a, span_str(path)) : NULL;
}

bool
forget_days_lock(struct forget_days *f)
{
	const char *owner = owner_of(f), *name;
	struct dayfiles days;
	bool ok;

	f->state = (struct follow_state){.dir_fd = -1, .lock_fd = -1, .file_fd = -1};
	if (f->dry_run || !owner)
		return true;
	if (!*owner || !follow_state_open(&f->state, owner, NULL, NULL))
		return false;
	ok = dayfiles_begin(&days, f->dir_fd, f->state.dir_fd, f->state.generation, &name);
	if (!ok)
		fail(f, name);
	/* The note stays for the run that goes on where the killed one began. */
	dayfiles_end(&days);
	return ok;
}

void
forget_days_unlock(struct forget_days *f)
{
	follow_state_close(&f->state);
}

static FILE *
open_lines(struct forget_days *f, const char *name)
{
	int fd = openat(f->dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	FILE *lines = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (!lines && fd >= 0)
		close(fd);
	if (!lines)
		fail(f, name);
	return lines;
}

/* Looks before anything is written: most files have nothing to forget. */
static int
has_traces(struct forget_days *f, FILE *lines, const char *name)
{
	int found = traces_in_file(f->traces, fileno(lines));

	if (found < 0 || lseek(fileno(lines), 0, SEEK_SET) < 0) {
		fail(f, name);
		return -1;
	}
	return found;
}

static void
learn(struct forget_days *f, struct span line)
{
	const char *id;
	json_t *record;

	if (record_read(line, "session/1", &record) != RECORD_READ_OK)
		return;
	id = json_string_value(json_object_get(record, "id"));
	if (id)
		traces_add_id(f->traces, span_str(id));
	json_decref(record);
}

bool
forget_days_learn(struct forget_days *f, const char *name)
{
	FILE *lines = open_lines(f, name);
	size_t room = 0;
	char *line = NULL;
	ssize_t n;
	int found;

	if (!lines)
		return false;
	found = has_traces(f, lines, name);
	while (found > 0 && (n = getline(&line, &room, lines)) > 0)
		if (traces_in(f->traces, (struct span){line, (size_t)n}))
			learn(f, (struct span){line, (size_t)n});
	if (found > 0 && ferror(lines))
		found = fail(f, name) ? 1 : -1;
	free(line);
	fclose(lines);
	return found >= 0;
}

/* Copies the lines without traces. */
static bool
copy_lines(struct forget_days *f, FILE *lines, struct spool_file *to)
{
	size_t room = 0;
	char *line = NULL;
	bool ok = true;
	ssize_t n;

	f->lines_n = f->kept_n = 0;
	while (ok && (n = getline(&line, &room, lines)) > 0) {
		struct span text = {line, (size_t)n};

		if (traces_in(f->traces, text)) {
			f->lines_n++;
		} else {
			f->kept_n++;
			ok = !to || spool_write(to, text) == SPOOL_OK;
		}
	}
	free(line);
	return ok && !ferror(lines);
}

static bool
replace(struct forget_days *f, FILE *lines, const char *name)
{
	struct spool_file to;
	struct stat st;
	bool ok;

	if (fstat(fileno(lines), &st) || spool_begin(&to, f->dir_fd) != SPOOL_OK)
		return false;
	ok = (st.st_uid == geteuid() || fchown(to.fd, st.st_uid, st.st_gid) == 0) &&
	     fchmod(to.fd, st.st_mode & 07777) == 0 && copy_lines(f, lines, &to) &&
	     spool_flush(&to) == SPOOL_OK && spool_replace(&to, name) == SPOOL_OK &&
	     spool_flush_dir(f->dir_fd) == SPOOL_OK;
	spool_end(&to);
	return ok;
}

bool
forget_days_clean(struct forget_days *f, const char *name)
{
	FILE *lines = open_lines(f, name);
	int found;
	bool ok;

	f->lines_n = f->kept_n = 0;
	if (!lines)
		return false;
	found = has_traces(f, lines, name);
	ok = found >= 0;
	if (found > 0)
		ok = f->dry_run ? copy_lines(f, lines, NULL) : replace(f, lines, name);
	if (found > 0 && !ok)
		fail(f, name);
	fclose(lines);
	return ok;
}
