/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/session_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/log.h"
#include "io/owner.h"
#include "io/spool.h"
#include "sessionparse/hash.h"
#include "sessionparse/session_json.h"

enum {
	TEXT_MAX = 1024 * 1024 * 1024, /* no record comes near: its parts are bounded */
	NAME_MAX_LEN = 120,            /* with .json and a number */
	SAME_NAME_MAX = 1000000,
	HEAD_LEN = 256, /* octets of a record that hold its id */
};

static void
fail(struct session_files *f, const char *name)
{
	if (!f->failed)
		log_error("%s/%s: %s", f->dir, name, strerror(errno));
	f->failed = true;
}

bool
session_files_open(struct session_files *f, const char *dir, const char *state, int state_fd,
    uint64_t generation, const struct clock *clock)
{
	const char *name;

	*f = (struct session_files){.dir = dir, .dir_fd = -1, .clock = clock};
	buf_init(&f->text, TEXT_MAX);
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		f->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->dir_fd < 0) {
		log_error("%s: %s; make the folder, for the user that this runs as", dir,
		    strerror(errno));
		return false;
	}
	if (!owner_claim(dir, f->dir_fd, state))
		return false;
	if (!dayfiles_begin(&f->days, f->dir_fd, state_fd, generation, &name)) {
		fail(f, name);
		return false;
	}
	return true;
}

void
session_files_close(struct session_files *f)
{
	dayfiles_end(&f->days);
	buf_free(&f->text);
	if (f->dir_fd >= 0)
		close(f->dir_fd);
	f->dir_fd = -1;
}

/* The start of a session, known or about. */
static int64_t
started_us(const struct session *s)
{
	return s->t_connect != TIME_UNKNOWN ? s->t_connect : s->t_first;
}

static void
put_id(char *id, size_t size, const struct session *s)
{
	int64_t seconds = started_us(s) / 1000000;
	struct span from = s->first_from;
	char nobody[40], hex[SHA256_HEX_LEN + 1];

	if (!from.p) {
		snprintf(nobody, sizeof nobody, "NOT SUPPLIED%lld", (long long)seconds);
		from = span_str(nobody);
	}
	sha256_hex_of(from, hex);
	snprintf(id, size, "%lld:%s", (long long)seconds, hex);
}

enum place {
	PLACE_FREE,
	PLACE_OURS,  /* this very session was written there before */
	PLACE_TAKEN, /* by something else */
	PLACE_ERROR,
};

/* What stands at the front of each record: up to the id. */
static bool
is_record_of(struct span head, const struct session *s)
{
	struct cursor c = cursor_on(head);

	cur_literal(&c, SPAN_LIT("{\"schema\":\"session/1\",\"tool\":\""));
	cur_until(&c, SPAN_LIT("\",\"id\":\""), HEAD_LEN);
	return !c.failed && span_starts(c.rest, span_str(s->id));
}

static enum place
look_at(struct session_files *f, const char *name, const struct session *s)
{
	char json[NAME_MAX_LEN + sizeof ".json"], head[HEAD_LEN];
	ssize_t n;
	int fd;

	snprintf(json, sizeof json, "%s.json", name);
	fd = openat(f->dir_fd, json, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return faccessat(f->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? PLACE_TAKEN
										  : PLACE_FREE;
	if (fd < 0)
		return errno == ELOOP || errno == EACCES ? PLACE_TAKEN : PLACE_ERROR;
	n = read(fd, head, sizeof head);
	close(fd);
	/* An empty one is what a power failure left of a record; else it is somebody else's. */
	if (n == 0)
		return f->days.was_killed ? PLACE_OURS : PLACE_TAKEN;
	return n > 0 && is_record_of((struct span){head, (size_t)n}, s) ? PLACE_OURS : PLACE_TAKEN;
}

/* Finds the name of the session's files. */
static enum place
find_place(struct session_files *f, struct session *s)
{
	char id[sizeof f->taken->id], name[NAME_MAX_LEN];
	struct session_files_taken *taken;
	enum place place;

	put_id(id, sizeof id, s);
	taken = &f->taken[hash_slot(hash_span(HASH_START, span_str(id)), SESSION_FILES_SLOTS)];
	if (strcmp(taken->id, id)) {
		memcpy(taken->id, id, sizeof id);
		taken->n = 0;
	}
	do {
		if (++taken->n == 1)
			snprintf(name, sizeof name, "%s", id);
		else
			snprintf(name, sizeof name, "%s.%u", id, taken->n);
		place = look_at(f, name, s);
	} while (place == PLACE_TAKEN && taken->n < SAME_NAME_MAX);
	if (place == PLACE_ERROR || place == PLACE_TAKEN)
		fail(f, name);
	s->file = arena_span(s->arena, span_str(name));
	return place;
}

static void
put_file(struct session_files *f, struct session *s, const char *suffix, struct span text,
    enum place place)
{
	char name[NAME_MAX_LEN + sizeof ".json"];
	struct spool_file file;
	enum spool_st st;

	if (f->failed)
		return;
	snprintf(name, sizeof name, "%.*s%s", (int)s->file.n, s->file.p, suffix);
	st = spool_begin(&file, f->dir_fd);
	if (st == SPOOL_OK) {
		st = spool_write(&file, text);
		if (st == SPOOL_OK)
			st = place == PLACE_FREE ? spool_link(&file, name)
						 : spool_replace(&file, name);
		spool_end(&file);
	}
	if (st == SPOOL_TAKEN)
		errno = EEXIST;
	if (st != SPOOL_OK)
		fail(f, name);
}

static void
add_to_day(struct session_files *f, int64_t day_us, struct span line)
{
	const char *name;

	if (!f->failed && !dayfiles_add(&f->days, day_us, line, &name))
		fail(f, name);
}

static struct span
record_of(struct session_files *f, const struct session *s)
{
	buf_clear(&f->text);
	session_json_put(&f->text, s);
	return buf_span(&f->text);
}

void
session_files_write(void *state, struct session *s)
{
	struct session_files *f = state;
	struct span record = record_of(f, s);
	enum place place;

	if (f->failed)
		return;
	place = find_place(f, s);
	if (place == PLACE_OURS && !f->days.was_killed) {
		f->known_n++;
		return;
	}
	/* First to the day: its note tells the next run, should this one be killed, that there may
	 * be files of it. */
	add_to_day(f, s->t_end != TIME_UNKNOWN ? s->t_end : s->t_last, record);
	put_file(f, s, ".json", record, place);
	put_file(f, s, "", (struct span){s->raw, s->raw_n}, place);
}

void
session_files_late(
    void *state, const struct session_mail *m, const struct session_delivery *d, int64_t time_us)
{
	struct session_files *f = state;

	buf_clear(&f->text);
	session_json_put_delivery(&f->text, m, d, time_us);
	add_to_day(f, clock_wall_us(f->clock), buf_span(&f->text));
}

void
session_files_change(void *state, struct session *s)
{
	put_file(state, s, ".json", record_of(state, s), PLACE_OURS);
}

bool
session_files_sync(struct session_files *f)
{
	const char *name = ".";

	if (f->failed)
		return false;
	if (!dayfiles_flush(&f->days, &name) || syncfs(f->dir_fd))
		fail(f, name);
	return !f->failed;
}

void
session_files_committed(struct session_files *f, uint64_t generation)
{
	dayfiles_committed(&f->days, generation);
}
