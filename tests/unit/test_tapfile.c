/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/lines.h"
#include "queryparse/dnstap.h"
#include "queryparse/framestream.h"
#include "queryparse/tapfile.h"

#define DAY_US INT64_C(86400000000)
#define NOON (20000 * DAY_US + DAY_US / 2) /* 2024-10-04 */

static char dir[] = "tapfile-XXXXXX";
static int dir_fd;

/* The frames of a file: S(tart), E(nd), n(ote), a gap's kind as a digit, b(ad). */
static const char *
frames(const char *name)
{
	static char out[100];
	struct lines l;
	struct span frame;
	struct query q;
	size_t n = 0;
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return "none";
	lines_init(&l, fd);
	l.size_of = lines_frame_size;
	while (n < sizeof out - 1 && lines_next(&l, &frame) == LINES_LINE) {
		enum framestream_control control = framestream_read(frame);

		if (control != CONTROL_BAD)
			out[n++] = control == CONTROL_START ? 'S' : 'E';
		else if (dnstap_read(frame, &q) == DNSTAP_QUERY && q.kind == QUERY_GAP)
			out[n++] = (char)('0' + q.gap);
		else
			out[n++] = 'n';
	}
	if (lines_rest(&l, &frame))
		out[n++] = 'b';
	out[n] = '\0';
	lines_free(&l);
	close(fd);
	return out;
}

static bool
open_at(struct tapfile *f, int64_t now_us, int64_t *last_us, bool *is_damaged)
{
	return tapfile_open(f, dir, now_us, last_us, is_damaged);
}

static void
set_time(const char *name, int64_t us)
{
	const struct timespec times[2] = {{us / 1000000, 0}, {us / 1000000, 0}};

	if (utimensat(dir_fd, name, times, 0))
		abort();
}

static void
append(const char *name, const char *text, size_t n)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, n) != (ssize_t)n || close(fd))
		abort();
}

static void
test_days(void)
{
	struct tapfile f, other;
	int64_t last_us;
	bool is_damaged;

	OK(open_at(&f, NOON, &last_us, &is_damaged), "a new file");
	OK(last_us == TIME_UNKNOWN && !is_damaged, "has no past");
	OK(!open_at(&other, NOON, &last_us, &is_damaged), "a second collector is turned away");
	tapfile_close(&other);
	tapfile_add_gap(&f, GAP_STARTED, TIME_UNKNOWN, NOON, "");
	tapfile_flush(&f, NOON);
	SAME_STR(frames(COLLECT_FILE), "Sn0", "is one of dnstap with its first frame");
	tapfile_add_gap(&f, GAP_CONNECTED, NOON, NOON, "ns");
	tapfile_flush(&f, NOON + DAY_US / 2 - 1);
	SAME_STR(frames(COLLECT_FILE), "Sn01", "goes on until the day ends");
	tapfile_add_gap(&f, GAP_LOST, NOON, NOON, "ns");
	tapfile_flush(&f, NOON + DAY_US / 2);
	SAME_STR(frames(COLLECT_FILE "-20241004"), "Sn01E", "then it is put aside, ended");
	SAME_STR(frames(COLLECT_FILE), "Sn2", "and another one begins");
	tapfile_sync(&f);
	tapfile_close(&f);
	set_time(COLLECT_FILE, NOON + DAY_US / 2);
	OK(open_at(&f, NOON + DAY_US, &last_us, &is_damaged), "another run of that day");
	SAME_INT(last_us, NOON + DAY_US / 2, "knows when the last one wrote");
	tapfile_add_note(&f, NOON + DAY_US);
	tapfile_add_gap(&f, GAP_STARTED, last_us, NOON + DAY_US, "");
	tapfile_flush(&f, NOON + DAY_US);
	SAME_STR(frames(COLLECT_FILE), "Sn2n0", "and goes on with its file");
	tapfile_close(&f);
	set_time(COLLECT_FILE, NOON + DAY_US);
	OK(open_at(&f, NOON + 5 * DAY_US, &last_us, &is_damaged), "a run days later");
	tapfile_flush(&f, NOON + 5 * DAY_US);
	SAME_STR(frames(COLLECT_FILE "-20241005"), "Sn2n0", "puts it aside by its day");
	tapfile_close(&f);
	/* Killed before it wrote a frame of the new day. */
	set_time(COLLECT_FILE "-20241004", NOON + DAY_US / 2);
	set_time(COLLECT_FILE "-20241005", NOON + DAY_US);
	OK(open_at(&f, NOON + 5 * DAY_US, &last_us, &is_damaged) && !is_damaged, "an empty file");
	SAME_INT(last_us, NOON + DAY_US, "goes on from the one that was put aside");
	tapfile_close(&f);
	if (unlinkat(dir_fd, COLLECT_FILE "-20241004", 0) ||
	    unlinkat(dir_fd, COLLECT_FILE "-20241005", 0))
		abort();
}

/* When the file was last written to. */
static int64_t
time_of(const char *name)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, 0))
		abort();
	return tappast_changed_us(&st);
}

/* Since when the last gap in the file tells, and of which kind it is. */
static int64_t
last_gap_since(enum query_gap *kind)
{
	int64_t since_us = 0;
	struct lines l;
	struct span frame;
	struct query q;
	int fd = openat(dir_fd, COLLECT_FILE, O_RDONLY | O_CLOEXEC);

	lines_init(&l, fd);
	l.size_of = lines_frame_size;
	while (lines_next(&l, &frame) == LINES_LINE) {
		if (dnstap_read(frame, &q) != DNSTAP_QUERY || q.kind != QUERY_GAP)
			continue;
		since_us = q.gap_from_us;
		*kind = q.gap;
	}
	lines_free(&l);
	close(fd);
	return since_us;
}

/* A disk that is full is a limit of the size of files. */
static void
test_full(void)
{
	const struct rlimit full = {1, RLIM_INFINITY};
	struct rlimit before;
	struct tapfile f;
	enum query_gap kind = GAPS_N;
	int64_t last_us;
	bool is_damaged;

	if (getrlimit(RLIMIT_FSIZE, &before))
		abort();
	OK(open_at(&f, NOON, &last_us, &is_damaged), "a file");
	tapfile_add_gap(&f, GAP_STARTED, TIME_UNKNOWN, NOON, "");
	tapfile_flush(&f, NOON);
	set_time(COLLECT_FILE, NOON);
	if (setrlimit(RLIMIT_FSIZE, &full))
		abort();
	tapfile_add_gap(&f, GAP_CONNECTED, NOON + 20000000, NOON + 50000000, "ns");
	tapfile_flush(&f, NOON + 50000000);
	tapfile_add_gap(&f, GAP_LOST, NOON + 10000000, NOON + 60000000, "ns");
	tapfile_flush(&f, NOON + 60000000);
	/* What the test says may go to a file, too. */
	if (setrlimit(RLIMIT_FSIZE, &before))
		abort();
	OK(f.is_dropping, "a disk that is full");
	SAME_INT(time_of(COLLECT_FILE), NOON, "leaves the file's time as it was");
	tapfile_flush(&f, NOON + 70000000);
	OK(!f.is_dropping, "then it is not");
	SAME_STR(frames(COLLECT_FILE), "Sn03", "a gap tells of what was dropped");
	SAME_INT(last_gap_since(&kind), NOON + 10000000 - 2000000, "and of the gaps among it");
	SAME_INT(kind, GAP_DROPPED, "as one");
	tapfile_close(&f);
	if (unlinkat(dir_fd, COLLECT_FILE, 0))
		abort();
}

static void
test_damage(void)
{
	struct tapfile f;
	int64_t last_us;
	bool is_damaged;

	append(COLLECT_FILE, "", 0);
	set_time(COLLECT_FILE, NOON);
	OK(open_at(&f, NOON, &last_us, &is_damaged), "an empty file");
	tapfile_add_gap(&f, GAP_STARTED, last_us, NOON, "");
	tapfile_flush(&f, NOON);
	tapfile_close(&f);
	SAME_STR(frames(COLLECT_FILE), "Sn0", "is as good as none");
	append(COLLECT_FILE, "\0\0\1\0half", 8);
	SAME_STR(frames(COLLECT_FILE), "Sn0b", "half a frame");
	set_time(COLLECT_FILE, NOON + 3000000);
	OK(open_at(&f, NOON + 9000000, &last_us, &is_damaged) && is_damaged, "is noticed");
	SAME_INT(last_us, NOON, "since the last whole one something may be missing");
	tapfile_close(&f);
	SAME_STR(frames(COLLECT_FILE), "Sn0", "and cut off");
	OK(open_at(&f, NOON + 19000000, &last_us, &is_damaged) && !is_damaged, "killed then");
	SAME_INT(last_us, NOON, "another run knows that, too");
	tapfile_close(&f);
	append(COLLECT_FILE, "text\n", 5);
	if (renameat(dir_fd, COLLECT_FILE, dir_fd, "x") || unlinkat(dir_fd, "x", 0))
		abort();
	append(COLLECT_FILE, "some text\n", 10);
	set_time(COLLECT_FILE, NOON);
	OK(open_at(&f, NOON, &last_us, &is_damaged) && is_damaged, "what is no dnstap");
	tapfile_add_gap(&f, GAP_DAMAGED, last_us, NOON, "");
	tapfile_flush(&f, NOON);
	tapfile_close(&f);
	SAME_STR(frames(COLLECT_FILE), "Sn4", "gives way");
	OK(faccessat(dir_fd, "damaged-1728043200.dnstap", F_OK, 0) == 0, "and is kept");
}

static int
remove_entry(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
	(void)s;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
main(void)
{
	if (!mkdtemp(dir))
		return 1;
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	signal(SIGXFSZ, SIG_IGN);
	test_days();
	test_full();
	test_damage();
	close(dir_fd);
	nftw(dir, remove_entry, 10, FTW_DEPTH | FTW_PHYS);
	return tap_end();
}
