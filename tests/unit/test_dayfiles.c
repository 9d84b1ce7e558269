/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/dayfiles.h"

static char folder[] = "dayfiles-XXXXXX";
static int dir_fd, undo_fd;
static const char *at;

static int64_t
day(int n)
{
	return civil_to_epoch(2026, 11, 20 + n, 23, 59, 59) * 1000000 + 999999;
}

static const char *
content(const char *name)
{
	static char text[4096];
	int fd = openat(dir_fd, name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return "none";
	text[n] = '\0';
	return text;
}

static bool
add(struct dayfiles *d, int n, const char *line)
{
	return dayfiles_add(d, day(n), span_str(line), &at);
}

/* A run that adds lines of two days, and is killed before or after its state is stored. */
static void
run(uint64_t generation, const char *line, bool stored)
{
	struct dayfiles d;

	OK(dayfiles_begin(&d, dir_fd, undo_fd, generation, &at), "a run begins");
	OK(add(&d, 0, line) && add(&d, 1, line), "adds lines of two days");
	OK(dayfiles_flush(&d, &at), "and hands them over");
	if (stored)
		dayfiles_committed(&d, generation + 1);
	dayfiles_end(&d);
}

static void
kills(void)
{
	struct dayfiles d;

	run(0, "one\n", true);
	SAME_STR(content("2026-11-20.jsonl"), "one\n", "a day has its line");
	SAME_STR(content("2026-11-21.jsonl"), "one\n", "the next day, too");
	run(1, "two\n", false);
	SAME_STR(
	    content("2026-11-20.jsonl"), "one\ntwo\n", "a run that is killed leaves its lines");
	OK(dayfiles_begin(&d, dir_fd, undo_fd, 1, &at) && d.was_killed, "the next one sees it");
	SAME_STR(content("2026-11-20.jsonl"), "one\n", "and takes them back");
	dayfiles_end(&d);
	run(1, "three\n", true);
	SAME_STR(content("2026-11-21.jsonl"), "one\nthree\n", "what is stored stays");
	OK(dayfiles_begin(&d, dir_fd, undo_fd, 2, &at) && !d.was_killed, "no kill is seen");
	SAME_STR(content("2026-11-21.jsonl"), "one\nthree\n", "and nothing taken back");
	dayfiles_end(&d);
}

/* The note is stale if the kill came between the state and the note's removal. */
static void
stale_note(void)
{
	struct dayfiles d;

	run(2, "four\n", false);
	OK(dayfiles_begin(&d, dir_fd, undo_fd, 3, &at) && !d.was_killed,
	    "a note of an older generation means nothing");
	SAME_STR(content("2026-11-20.jsonl"), "one\nthree\nfour\n", "nothing is taken back");
	dayfiles_end(&d);
}

static void
shorter_than_noted(void)
{
	struct dayfiles d;
	int fd;

	run(3, "five\n", false);
	fd = openat(dir_fd, "2026-11-20.jsonl", O_WRONLY);
	OK(fd >= 0 && ftruncate(fd, 4) == 0, "somebody else cut a file");
	close(fd);
	OK(dayfiles_begin(&d, dir_fd, undo_fd, 3, &at), "a run begins");
	SAME_STR(content("2026-11-20.jsonl"), "one\n", "it is not made longer again");
	OK(add(&d, 0, "six\n") && dayfiles_flush(&d, &at), "it adds lines, and is killed, too");
	dayfiles_end(&d);
	OK(dayfiles_begin(&d, dir_fd, undo_fd, 3, &at) && d.was_killed, "the next one sees it");
	SAME_STR(content("2026-11-20.jsonl"), "one\n", "and takes back these lines, not fewer");
	dayfiles_end(&d);
}

static void
many_days(void)
{
	struct dayfiles d;
	size_t wrong = 0;

	OK(dayfiles_begin(&d, dir_fd, undo_fd, 9, &at), "a run begins");
	for (int round = 0; round < 3; round++)
		for (int n = 0; n < 3 * DAYFILES_OPEN_MAX; n++)
			wrong += !dayfiles_add(&d, day(-400 + n), SPAN_LIT("x\n"), &at);
	SAME_INT(wrong, 0, "lines of more days than files are open");
	OK(dayfiles_flush(&d, &at), "are written");
	SAME_STR(content("2025-10-16.jsonl"), "x\nx\nx\n", "each to its own");
	dayfiles_end(&d);
	OK(dayfiles_begin(&d, dir_fd, undo_fd, 9, &at), "and after a kill");
	SAME_STR(content("2025-10-16.jsonl"), "", "all are taken back");
	dayfiles_end(&d);
}

static void
damaged_note(void)
{
	struct dayfiles d;
	int fd = openat(undo_fd, "undo", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	OK(fd >= 0 && write(fd, "undo/1 9\n../passwd 0\nend\n", 25) == 25,
	    "a note names another file");
	close(fd);
	OK(!dayfiles_begin(&d, dir_fd, undo_fd, 9, &at), "it is refused");
	SAME_STR(at, "undo", "by name");
	dayfiles_end(&d);
}

/* Nobody reads it: to open it would take for ever. */
static void
fifo(void)
{
	struct dayfiles d;

	OK(mkfifoat(dir_fd, "2026-11-19.jsonl", 0600) == 0, "a FIFO in the place of a day");
	OK(dayfiles_begin(&d, dir_fd, undo_fd, 20, &at), "a run begins");
	OK(!add(&d, -1, "x\n"), "it is refused");
	dayfiles_end(&d);
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int
main(void)
{
	if (!mkdtemp(folder))
		return 1;
	dir_fd = open(folder, O_RDONLY | O_DIRECTORY);
	if (dir_fd < 0 || mkdirat(dir_fd, "state", 0700))
		return 1;
	undo_fd = openat(dir_fd, "state", O_RDONLY | O_DIRECTORY);
	kills();
	stale_note();
	shorter_than_noted();
	many_days();
	fifo();
	damaged_note();
	nftw(folder, remove_entry, 10, FTW_DEPTH | FTW_PHYS);
	return tap_end();
}
