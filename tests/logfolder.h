/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logfolder - a folder with a log in it, things that happen to it, and runs that follow it: for the
 * tests of follow.  The test's working folder becomes that folder. */
#ifndef EMT_LOGFOLDER_H
#define EMT_LOGFOLDER_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/follow.h"
#include "tests/pack.h"
#include "tests/tap.h"

enum { NOW = 2000000000 };

static struct follow_place place; /* that the last run left */
static enum follow_start started; /* what the last run began with */
static enum follow_gap_kind gap;  /* of the last run */
static uint64_t gap_octets;
static char file_name[64]; /* of the last line */
static struct buf got;

static inline void
must_be(bool done)
{
	if (!done) {
		perror("test");
		abort();
	}
}

/* Adds to a file, which is made if it is not there. */
static inline void
add(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);

	must_be(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static inline void
make(const char *file, struct span octets)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must_be(fd >= 0 && write(fd, octets.p, octets.n) == (ssize_t)octets.n);
	close(fd);
}

static inline void
changed_at(const char *file, int64_t time_s)
{
	struct timespec times[2] = {{.tv_sec = time_s}, {.tv_sec = time_s}};

	must_be(utimensat(AT_FDCWD, file, times, 0) == 0);
}

static inline void
move(const char *from, const char *to)
{
	must_be(rename(from, to) == 0);
}

static inline void
read_file(const char *file, struct buf *out)
{
	int fd = open(file, O_RDONLY);
	ssize_t n;

	buf_init(out, 1 << 24);
	must_be(fd >= 0);
	while ((n = read(fd, buf_room(out, 4096), 4096)) > 0)
		buf_added(out, (size_t)n);
	close(fd);
}

/* The first `max` octets. */
static inline void
copy(const char *from, const char *to, size_t max)
{
	struct buf text;

	read_file(from, &text);
	make(to, (struct span){text.p, text.n < max ? text.n : max});
	buf_free(&text);
}

/* Makes FILE.gz or the like; the first `max` octets of it. */
static inline void
pack(const char *file, const struct packer *packer, size_t max)
{
	struct buf text, octets;
	struct stat s;
	char name[200];

	read_file(file, &text);
	must_be(stat(file, &s) == 0);
	buf_init(&octets, 1 << 24);
	packer->pack(&octets, buf_span(&text));
	snprintf(name, sizeof name, "%s%s", file, packer->suffix);
	make(name, (struct span){octets.p, octets.n < max ? octets.n : max});
	changed_at(name, s.st_mtim.tv_sec); /* as bzip2, in whole seconds */
	buf_free(&text);
	buf_free(&octets);
}

static inline void
squeeze(const char *file, const struct packer *packer)
{
	pack(file, packer, SIZE_MAX);
	must_be(unlink(file) == 0);
}

static inline void
take_lines(struct follow *f, size_t max)
{
	struct span line;
	enum follow_st st = FOLLOW_LINE;

	while (max-- && ((st = follow_line(f, &line)) == FOLLOW_LINE || st == FOLLOW_GAP)) {
		if (st == FOLLOW_LINE) {
			buf_put(&got, line);
			buf_putc(&got, ',');
			snprintf(file_name, sizeof file_name, "%s", follow_file(f).name);
			continue;
		}
		buf_puts(&got, "GAP,");
		gap = follow_gap(f).kind;
		gap_octets = follow_gap(f).octets;
	}
	if (st == FOLLOW_ERROR)
		buf_puts(&got, "ERROR");
}

/* A run of at most `max` lines; what it got, each with a comma behind it. */
static inline const char *
run_some(size_t max)
{
	struct follow *f = follow_open("log");

	must_be(f != NULL);
	buf_clear(&got);
	file_name[0] = '\0';
	gap = FOLLOW_GAP_NONE;
	started = follow_start(f, &place, NOW);
	if (started == FOLLOW_LOST) {
		gap = follow_gap(f).kind;
		gap_octets = follow_gap(f).octets;
	}
	take_lines(f, max);
	place = *follow_place(f);
	follow_close(f);
	return buf_str(&got);
}

static inline const char *
run(void)
{
	return run_some(SIZE_MAX);
}

#define RUN_GETS(want, name) SAME_STR(run(), want, name)

static inline void
empty_folder(void)
{
	DIR *dir = opendir(".");
	struct dirent *entry;

	must_be(dir != NULL);
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			must_be(remove(entry->d_name) == 0);
	closedir(dir);
}

/* A new log in an empty folder, and no run yet. */
static inline void
begin(const char *name)
{
	printf("# %s\n", name);
	empty_folder();
	place = (struct follow_place){0};
}

static char logfolder_name[] = "logfolder.XXXXXX";

static inline void
logfolder_enter(void)
{
	const char *parent = getenv("TMPDIR");

	buf_init(&got, 1 << 24);
	must_be(chdir(parent ? parent : P_tmpdir) == 0 && mkdtemp(logfolder_name) &&
		chdir(logfolder_name) == 0);
}

static inline void
logfolder_leave(void)
{
	empty_folder();
	must_be(chdir("..") == 0 && rmdir(logfolder_name) == 0);
	buf_free(&got);
}

#endif
