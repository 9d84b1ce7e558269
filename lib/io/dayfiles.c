/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/dayfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "io/spool.h"
#include "io/write_all.h"

#define UNDO "undo"
#define UNDO_HEAD "undo/1 "

enum {
	BLOCK = 256 * 1024,        /* octets gathered before they are written */
	LINE_MAX_OCTETS = 1 << 30, /* no record comes near */
	UNDO_MAX = 16 << 20,       /* octets of the note */
};

static bool
flush_file(struct dayfile *f)
{
	bool ok = write_all(f->fd, buf_span(&f->text));

	buf_clear(&f->text);
	return ok;
}

static void
close_file(struct dayfile *f)
{
	close(f->fd);
	buf_free(&f->text);
}

static void
add_mark(struct dayfiles *d, struct span name, int64_t size)
{
	struct dayfiles_mark *mark;

	d->marks = must(realloc(d->marks, (d->marks_n + 1) * sizeof *d->marks));
	mark = &d->marks[d->marks_n++];
	*mark = (struct dayfiles_mark){.size = size};
	memcpy(mark->name, name.p, DAYFILES_NAME_LEN);
}

static bool
is_marked(const struct dayfiles *d, const char *name)
{
	for (size_t i = d->marks_n; i-- > 0;)
		if (!strcmp(d->marks[i].name, name))
			return true;
	return false;
}

/* The note, durable. */
static bool
write_undo(struct dayfiles *d)
{
	struct spool_file file;
	struct buf text;
	bool ok;

	buf_init(&text, UNDO_MAX);
	buf_printf(&text, UNDO_HEAD "%llu\n", (unsigned long long)d->generation);
	for (size_t i = 0; i < d->marks_n; i++)
		buf_printf(&text, "%s %lld\n", d->marks[i].name, (long long)d->marks[i].size);
	buf_puts(&text, "end\n");
	ok = !text.overflow && spool_begin(&file, d->undo_fd) == SPOOL_OK;
	if (ok) {
		ok = spool_write(&file, buf_span(&text)) == SPOOL_OK &&
		     spool_flush(&file) == SPOOL_OK && spool_replace(&file, UNDO) == SPOOL_OK &&
		     spool_flush_dir(d->undo_fd) == SPOOL_OK;
		spool_end(&file);
	}
	buf_free(&text);
	return ok;
}

static bool
is_name_char(char c)
{
	return is_digit(c) || is_alpha(c) || c == '-' || c == '.';
}

/* Reads the note; one of another generation is of no use.  False: it is damaged, which a killed
 * run cannot do to it. */
static bool
parse_undo(struct dayfiles *d, struct span text)
{
	struct cursor c = cursor_on(text);

	cur_literal(&c, SPAN_LIT(UNDO_HEAD));
	if (cur_number(&c, 18) != d->generation)
		return !c.failed;
	cur_literal(&c, SPAN_LIT("\n"));
	while (!c.failed && !cur_maybe(&c, SPAN_LIT("end\n"))) {
		struct span name = cur_run(&c, is_name_char, DAYFILES_NAME_LEN);
		int64_t size;

		cur_literal(&c, SPAN_LIT(" "));
		size = (int64_t)cur_number(&c, 18);
		cur_literal(&c, SPAN_LIT("\n"));
		if (name.n != DAYFILES_NAME_LEN)
			cur_fail(&c);
		if (!c.failed)
			add_mark(d, name, size);
	}
	return cur_done(&c);
}

static bool
read_undo(struct dayfiles *d)
{
	int fd = openat(d->undo_fd, UNDO, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	struct buf text;
	bool ok = false;
	char *room;
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT;
	buf_init(&text, UNDO_MAX);
	if (fstat(fd, &st) == 0 && (room = buf_room(&text, (size_t)st.st_size)) != NULL) {
		n = read(fd, room, (size_t)st.st_size);
		errno = EBADMSG;
		if (n == st.st_size) {
			buf_added(&text, (size_t)n);
			ok = parse_undo(d, buf_span(&text));
		}
	}
	close(fd);
	buf_free(&text);
	return ok;
}

/* Cuts a file back to its mark.  Where somebody took lines away (emt-probe forget), the file is
 * shorter than the mark says; the mark follows it down, or the run after the next kill would take
 * too little back. */
static bool
cut_back(struct dayfiles *d, struct dayfiles_mark *mark, bool *moved)
{
	int fd = openat(d->dir_fd, mark->name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st = {0};
	bool ok;

	if (fd < 0 && errno != ENOENT) /* or: it was never made, or somebody took it away */
		return false;
	ok = fd < 0 || fstat(fd, &st) == 0;
	if (ok && st.st_size > mark->size)
		ok = ftruncate(fd, mark->size) == 0;
	if (ok && st.st_size < mark->size) {
		mark->size = st.st_size;
		*moved = true;
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

bool
dayfiles_begin(struct dayfiles *d, int dir_fd, int undo_fd, uint64_t generation, const char **name)
{
	bool moved = false;

	*d = (struct dayfiles){.dir_fd = dir_fd, .undo_fd = undo_fd, .generation = generation};
	*name = UNDO;
	if (!read_undo(d))
		return false;
	d->was_killed = d->marks_n > 0;
	/* One of another generation must not come true again, should the state be removed. */
	if (!d->was_killed)
		unlinkat(undo_fd, UNDO, 0);
	for (size_t i = 0; i < d->marks_n; i++) {
		*name = d->marks[i].name;
		if (!cut_back(d, &d->marks[i], &moved))
			return false;
	}
	*name = UNDO;
	return !moved || write_undo(d);
}

/* Opens a day's file, in the place of the one not used for longest. */
static bool
open_file(struct dayfiles *d, const char *day)
{
	struct dayfile f = {.fd = -1};
	struct stat st;

	memcpy(f.name, day, sizeof f.name);
	/* Somebody's FIFO is refused, and not waited for. */
	f.fd = openat(d->dir_fd, f.name,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (f.fd < 0)
		return false;
	if (fstat(f.fd, &st)) {
		close(f.fd);
		return false;
	}
	if (!is_marked(d, f.name)) {
		add_mark(d, span_str(f.name), st.st_size);
		if (!write_undo(d)) {
			close(f.fd);
			return false;
		}
	}
	buf_init(&f.text, LINE_MAX_OCTETS);
	if (d->open_n == DAYFILES_OPEN_MAX) {
		bool ok = flush_file(&d->open[d->open_n - 1]);

		close_file(&d->open[--d->open_n]);
		if (!ok) {
			close_file(&f);
			return false;
		}
	}
	memmove(d->open + 1, d->open, d->open_n * sizeof *d->open);
	d->open[0] = f;
	d->open_n++;
	return true;
}

/* Puts the day's file first among those that are open; false: it is not. */
static bool
find_file(struct dayfiles *d, const char *day)
{
	for (size_t i = 0; i < d->open_n; i++) {
		struct dayfile found = d->open[i];

		if (strcmp(found.name, day))
			continue;
		memmove(d->open + 1, d->open, i * sizeof *d->open);
		d->open[0] = found;
		return true;
	}
	return false;
}

static void
name_of(int64_t day_us, char name[DAYFILES_NAME_LEN + 1])
{
	time_t seconds = (time_t)(day_us / 1000000);
	struct tm tm;

	/* Years of five digits have no name here; no log has them. */
	if (!gmtime_r(&seconds, &tm) ||
	    strftime(name, DAYFILES_NAME_LEN + 1, "%Y-%m-%d.jsonl", &tm) != DAYFILES_NAME_LEN)
		memcpy(name, "0000-00-00.jsonl", DAYFILES_NAME_LEN + 1);
}

bool
dayfiles_add(struct dayfiles *d, int64_t day_us, struct span line, const char **name)
{
	static char failed[DAYFILES_NAME_LEN + 1];
	char day[DAYFILES_NAME_LEN + 1];
	bool ok;

	name_of(day_us, day);
	ok = find_file(d, day) || open_file(d, day);
	if (ok) {
		buf_put(&d->open[0].text, line);
		ok = d->open[0].text.n < BLOCK || flush_file(&d->open[0]);
	}
	if (!ok)
		*name = memcpy(failed, day, sizeof failed);
	return ok;
}

bool
dayfiles_flush(struct dayfiles *d, const char **name)
{
	for (size_t i = 0; i < d->open_n; i++) {
		*name = d->open[i].name;
		if (!flush_file(&d->open[i]))
			return false;
	}
	return true;
}

void
dayfiles_committed(struct dayfiles *d, uint64_t generation)
{
	d->generation = generation;
	d->was_killed = false;
	d->marks_n = 0;
	/* Files that stay open are marked again before their next line. */
	while (d->open_n)
		close_file(&d->open[--d->open_n]);
	unlinkat(d->undo_fd, UNDO, 0);
}

void
dayfiles_end(struct dayfiles *d)
{
	while (d->open_n)
		close_file(&d->open[--d->open_n]);
	free(d->marks);
	*d = (struct dayfiles){.dir_fd = -1, .undo_fd = -1};
}
