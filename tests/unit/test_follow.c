/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each thing that rotation does to a log, one by one; test_follow_random.c mixes them. */
#include "tests/tap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/follow.h"
#include "io/lines.h"
#include "io/logparts.h"
#include "tests/pack.h"

enum { NOW = 2000000000 };

static struct follow_place place; /* that the last run left */
static enum follow_start started; /* what the last run began with */
static enum follow_gap_kind gap;  /* of the last run */
static uint64_t gap_octets;
static char file_name[64]; /* of the last line */
static struct buf got;

static void
must_be(bool done)
{
	if (!done) {
		perror("test");
		abort();
	}
}

/* Adds to a file, which is made if it is not there. */
static void
add(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);

	must_be(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void
make(const char *file, struct span octets)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must_be(fd >= 0 && write(fd, octets.p, octets.n) == (ssize_t)octets.n);
	close(fd);
}

static void
changed_at(const char *file, int64_t time_s)
{
	struct timespec times[2] = {{.tv_sec = time_s}, {.tv_sec = time_s}};

	must_be(utimensat(AT_FDCWD, file, times, 0) == 0);
}

static void
move(const char *from, const char *to)
{
	must_be(rename(from, to) == 0);
}

static void
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
static void
copy(const char *from, const char *to, size_t max)
{
	struct buf text;

	read_file(from, &text);
	make(to, (struct span){text.p, text.n < max ? text.n : max});
	buf_free(&text);
}

/* Makes FILE.gz or the like; the first `max` octets of it. */
static void
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

static void
squeeze(const char *file, const struct packer *packer)
{
	pack(file, packer, SIZE_MAX);
	must_be(unlink(file) == 0);
}

static void
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
static const char *
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

static const char *
run(void)
{
	return run_some(SIZE_MAX);
}

#define RUN_GETS(want, name) SAME_STR(run(), want, name)

static void
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
static void
begin(const char *name)
{
	printf("# %s\n", name);
	empty_folder();
	place = (struct follow_place){0};
}

static void
test_growing(void)
{
	struct follow_place before;

	begin("a log that grows");
	add("log", "");
	RUN_GETS("", "an empty log");
	OK(started == FOLLOW_FIRST && place.part.inode, "its file is remembered");
	add("log", "a\nb\n");
	RUN_GETS("a,b,", "two lines");
	OK(started == FOLLOW_FOUND, "found again");
	SAME_STR(file_name, "log", "and where they are from");
	before = place;
	RUN_GETS("", "nothing new");
	OK(follow_place_same(&before, &place), "then the place stays as it is");
	add("log", "c\nhal");
	RUN_GETS("c,", "not half a line");
	RUN_GETS("", "nor in the next run");
	add("log", "f\n");
	RUN_GETS("half,", "the line when it is whole");
	add("log", "d\ne\nf\n");
	SAME_STR(run_some(1), "d,", "a run that stops");
	RUN_GETS("e,f,", "the next one goes on behind it");
	before = place;
	add("log", "g\n");
	RUN_GETS("g,", "a run whose place is not kept");
	place = before;
	RUN_GETS("g,", "is done again");
	begin("the first run");
	add("log", "a\nb\n");
	add("log.1", "old\n");
	RUN_GETS("a,b,", "begins at the start of the log, not before");
	begin("the first run, of an empty log with old parts");
	add("log.1", "old\n");
	add("log", "");
	RUN_GETS("", "no line");
	squeeze("log.1", &packers[1]);
	RUN_GETS("", "nor when the old part is compressed");
	RUN_GETS("", "nor in the run after that");
	move("log.1.bz2", "log.2.bz2");
	add("log", "a\n");
	move("log", "log.1");
	squeeze("log.1", &packers[0]);
	add("log", "b\n");
	RUN_GETS("a,b,", "what came to the log, wherever it is now");
	begin("the first run, of an empty log with a compressed old part");
	add("log.1", "old\n");
	squeeze("log.1", &packers[2]);
	add("log", "");
	RUN_GETS("", "no line");
	RUN_GETS("", "nor in the next run");
	add("log", "a\n");
	RUN_GETS("a,", "and then the log");
	OK(!place.before.inode, "which tells enough");
	begin("the first run, while there is no log");
	add("log.1", "a\n");
	RUN_GETS("a,", "begins with what was the log");
	add("log", "b\n");
	RUN_GETS("b,", "and goes on with the new one");
}

static void
test_renamed(void)
{
	begin("a log that is renamed");
	add("log", "a\n");
	RUN_GETS("a,", "before");
	add("log", "b\n");
	move("log", "log.1");
	add("log.1", "c\n");
	RUN_GETS("b,c,", "while there is no log");
	add("log", "");
	add("log.1", "d\n");
	RUN_GETS("d,", "while the new one is empty");
	add("log.1", "e\npart");
	add("log", "f\n");
	RUN_GETS("e,part,f,", "the old one to its end, half a line too, then the new one");
	add("log.1", "ial\nlate\n");
	add("log", "g\n");
	RUN_GETS("ial,late,g,", "what comes to the old one after that");
	add("log.1", "later\nhal");
	RUN_GETS("later,", "but not half a line of it");
	add("log.1", "f\n");
	RUN_GETS("half,", "before it is whole");
	move("log.1", "log.2");
	add("log.2", "very late\n");
	move("log", "log.1");
	squeeze("log.2", &packers[0]);
	add("log", "h\n");
	RUN_GETS("very late,h,", "and what was compressed in the meantime");
	RUN_GETS("", "once");
	begin("rotations between two runs");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "the run before them");
	for (int i = 0; i < 12; i++) {
		char from[10], to[10], line[10];

		for (int n = i; n-- > 0;) {
			snprintf(from, sizeof from, "log.%d", n + 1);
			snprintf(to, sizeof to, "log.%d", n + 2);
			move(from, to);
		}
		move("log", "log.1");
		snprintf(line, sizeof line, "%d\n", i);
		add("log", line);
	}
	SAME_STR(run_some(5), "b,0,1,2,3,", "numbers are ages");
	SAME_STR(file_name, "log.8", "in the order of numbers");
	RUN_GETS("4,5,6,7,8,9,10,11,", "up to the log");
}

static void
test_compressed(void)
{
	for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
		char name[20];

		begin(packers[i].name);
		add("log", "a\nb\n");
		SAME_STR(run_some(1), "a,", "a line");
		move("log", "log.1");
		add("log.1", "c\nrest");
		squeeze("log.1", &packers[i]);
		add("log", "");
		RUN_GETS("b,c,", "the rest is found in the compressed file");
		add("log", "d\n");
		RUN_GETS("rest,d,", "half a line too, once there is a new log");
		move("log", "log.1");
		squeeze("log.1", &packers[i]);
		snprintf(name, sizeof name, "log.2%s", packers[i].suffix);
		must_be(rename("log.1.gz", "log.2.gz") == 0 || errno == ENOENT);
		must_be(rename("log.1.bz2", "log.2.bz2") == 0 || errno == ENOENT);
		must_be(rename("log.1.zst", "log.2.zst") == 0 || errno == ENOENT);
		add("log", "e\n");
		move("log", "log.1");
		squeeze("log.1", &packers[i]);
		add("log", "f\n");
		RUN_GETS("e,f,", "parts that were compressed before they were ever seen");
		RUN_GETS("", "once");
	}
}

static void
test_compressing(void)
{
	begin("while a part is being compressed");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	move("log", "log.1");
	pack("log.1", &packers[0], 12);
	add("log", "c\n");
	RUN_GETS("b,c,", "the file that it is made of is read");
	begin("while only the half of it is there");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	move("log", "log.1");
	add("log", "c\n");
	pack("log.1", &packers[0], 20);
	changed_at("log.1.gz", NOW);
	move("log.1", "elsewhere");
	RUN_GETS("b,", "as far as it goes");
	RUN_GETS("", "and no further");
	move("elsewhere", "log.1");
	squeeze("log.1", &packers[0]);
	RUN_GETS("c,", "until it is whole");
	begin("two that are compressed");
	add("log", "a\n");
	RUN_GETS("a,", "a line");
	move("log", "log.2");
	squeeze("log.2", &packers[2]);
	add("log.1", "b\n");
	pack("log.1", &packers[1], SIZE_MAX);
	add("log", "c\n");
	RUN_GETS("b,c,", "a part that is there twice counts once");
	must_be(unlink("log.1") == 0);
	RUN_GETS("", "and when one is gone");
}

static void
test_dated(void)
{
	begin("dates for names");
	add("log", "a\n");
	RUN_GETS("a,", "a line");
	add("log", "b\n");
	move("log", "log-20261121");
	add("log-20261122", "c\n");
	add("log-20261123", "d\n");
	squeeze("log-20261121", &packers[0]);
	squeeze("log-20261122", &packers[2]);
	changed_at("log-20261123", 1); /* names count, not times */
	add("log", "e\n");
	RUN_GETS("b,c,d,e,", "in their order");
	begin("postfix logrotate");
	add("log", "a\n");
	RUN_GETS("a,", "a line");
	add("log", "b\n");
	move("log", "log.20261121-202511");
	add("log", "c\n");
	move("log", "log.20261121-202512");
	squeeze("log.20261121-202511", &packers[0]);
	add("log", "d\n");
	RUN_GETS("b,c,d,", "with the time of the day");
	begin("a change of the scheme");
	add("log", "a\n");
	RUN_GETS("a,", "a line");
	add("log", "b\n");
	move("log", "log.1");
	changed_at("log.1", 1000);
	add("log-20260101", "ancient\n");
	changed_at("log-20260101", 500);
	add("log-20261121", "c\n");
	changed_at("log-20261121", 2000);
	add("log.old", "d\n");
	changed_at("log.old", 3000);
	add("log", "e\n");
	RUN_GETS("b,c,d,e,", "between schemes the time of the last change counts");
}

static void
test_copied(void)
{
	begin("a log that is copied and truncated");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	add("log.1", "");
	RUN_GETS("b,", "while the copy is empty");
	add("log", "c\nd\n");
	copy("log", "log.1", 5);
	SAME_STR(run_some(1), "c,", "while it is made");
	copy("log", "log.1", SIZE_MAX);
	must_be(truncate("log", 0) == 0);
	RUN_GETS("d,", "in the copy");
	SAME_STR(file_name, "log.1", "by its name");
	add("log", "e\n");
	RUN_GETS("e,", "then the log from its start");
	begin("truncated, and grown to the same size");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	copy("log", "log.1", SIZE_MAX);
	must_be(truncate("log", 0) == 0);
	add("log", "c\nd\n");
	RUN_GETS("b,c,d,", "is not the same");
	begin("copied and compressed");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	copy("log", "log.1", SIZE_MAX);
	must_be(truncate("log", 0) == 0);
	squeeze("log.1", &packers[1]);
	add("log", "c\n");
	RUN_GETS("b,c,", "at once");
	begin("behind, while a copy is made");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	move("log", "log.2");
	add("log", "c\nd\n");
	copy("log", "log.1", 3);
	RUN_GETS("b,c,d,", "the copy is not read beside the log");
	copy("log", "log.1", SIZE_MAX);
	must_be(truncate("log", 0) == 0);
	add("log", "e\n");
	RUN_GETS("e,", "nor after it");
	begin("behind, while a compressed copy is made");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	move("log", "log.2");
	add("log", "c\nd\n");
	pack("log", &packers[0], 16);
	move("log.gz", "log.1.gz");
	RUN_GETS("b,c,d,", "neither");
}

static void
test_lost(void)
{
	struct stat st;

	begin("truncated without a copy");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	must_be(truncate("log", 0) == 0);
	RUN_GETS("", "nothing yet");
	OK(started == FOLLOW_LOST && gap == FOLLOW_GAP_GONE, "it is told");
	SAME_INT(gap_octets, 2, "and how much is lost at least");
	RUN_GETS("", "again");
	OK(started == FOLLOW_FOUND, "it is told once");
	add("log", "c\n");
	RUN_GETS("c,", "then it goes on");
	begin("removed");
	add("log", "a\n");
	add("log.1", "old\n");
	changed_at("log.1", 1000);
	add("log.2", "older\n");
	changed_at("log.2", 3000); /* somebody has touched it */
	changed_at("log", 2000);
	RUN_GETS("a,", "a line");
	move("log.2", "log.4");
	move("log.1", "log.3");
	add("log.2", "b\n");
	must_be(unlink("log") == 0);
	add("log.1", "c\n");
	add("log", "d\n");
	must_be(unlink("log.4") == 0);
	RUN_GETS("b,c,d,", "goes on at the oldest part that is newer");
	OK(started == FOLLOW_LOST && gap == FOLLOW_GAP_GONE && gap_octets == 0, "and tells");
	begin("removed, while the part before is known");
	add("log.1", "a\n");
	RUN_GETS("a,", "a line");
	add("log", "b\n");
	RUN_GETS("b,", "a line of the next part");
	changed_at("log.1", 1000);
	move("log.1", "log.3");
	must_be(unlink("log") == 0);
	add("log.2", "c\n");
	changed_at("log.2", 1000); /* times do not tell */
	add("log", "d\n");
	RUN_GETS("c,d,", "all behind that one is newer");
	OK(started == FOLLOW_LOST, "it is told");
	begin("shortened");
	add("log", "a\n");
	for (int i = 0; i < FOLLOW_HEAD_MAX; i++)
		add("log", i % 64 ? "x" : "\n");
	add("log", "\nb\nc\n");
	run();
	must_be(stat("log", &st) == 0 && truncate("log", st.st_size - 3) == 0);
	RUN_GETS("", "the last line and a half are cut off");
	OK(started == FOLLOW_LOST && gap == FOLLOW_GAP_SHORTENED, "it is told");
	add("log", "x\nd\n");
	RUN_GETS("bx,d,", "it goes on behind the last whole line");
	begin("its inode given to another file");
	add("log", "a\n");
	RUN_GETS("a,", "a line");
	make("log", SPAN_LIT("another\n"));
	RUN_GETS("another,", "is read from its start");
	OK(started == FOLLOW_LOST, "and told");
	begin("the first run found an empty log");
	add("log", "");
	RUN_GETS("", "no line");
	add("log", "a\n");
	move("log", "log.1");
	squeeze("log.1", &packers[0]);
	changed_at("log.1.gz", NOW + 1000);
	add("log", "b\n");
	RUN_GETS("a,b,", "which was compressed with all its lines");
	OK(started == FOLLOW_FOUND, "nothing is lost");
}

static void
test_damaged(void)
{
	struct buf text;

	begin("a compressed part is damaged");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	move("log", "log.1");
	squeeze("log.1", &packers[0]);
	read_file("log.1.gz", &text);
	text.p[text.n - 6] ^= 1;
	make("log.1.gz", buf_span(&text));
	add("log", "c\n");
	RUN_GETS("b,GAP,c,", "what can be read of it is read");
	OK(gap == FOLLOW_GAP_DAMAGED, "the rest is told");
	begin("a compressed part ends early, and long ago");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	move("log", "log.1");
	pack("log.1", &packers[0], 20);
	must_be(unlink("log.1") == 0);
	changed_at("log.1.gz", NOW - FOLLOW_PACKING_S);
	add("log", "c\n");
	RUN_GETS("b,GAP,c,", "is not waited for");
	begin("a part in a form that we cannot undo");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	move("log", "log.2");
	make("log.1.xz", SPAN_LIT("\xfd\x37zXZ\0..."));
	add("log", "c\n");
	RUN_GETS("b,GAP,c,", "is passed over");
	OK(gap == FOLLOW_GAP_FORMAT, "and told");
	begin("the part in which the last run ended is in such a form");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	must_be(unlink("log") == 0);
	make("log.1.xz", SPAN_LIT("\xfd\x37zXZ\0..."));
	changed_at("log.1.xz", NOW);
	add("log", "c\n");
	SAME_STR(run_some(2), "GAP,c,", "what is newer is read");
	buf_free(&text);
}

static void
test_under_our_hands(void)
{
	struct follow *f;

	begin("a log that was empty when the run began");
	add("log", "");
	f = follow_open("log");
	OK(f && follow_start(f, &place, NOW) == FOLLOW_FIRST, "the run begins");
	add("log", "a\n");
	buf_clear(&got);
	take_lines(f, SIZE_MAX);
	SAME_SPAN(buf_span(&got), SPAN_LIT(""), "is empty for all of it");
	place = *follow_place(f);
	follow_close(f);
	RUN_GETS("a,", "and not for the next one");

	begin("a log that grows while it is read");
	add("log", "a\n");
	f = follow_open("log");
	OK(f && follow_start(f, &place, NOW) == FOLLOW_FIRST, "the run begins");
	for (int i = 0; i < FOLLOW_HEAD_MAX; i++)
		add("log", "\n");
	buf_clear(&got);
	take_lines(f, SIZE_MAX);
	SAME_INT(got.n, FOLLOW_HEAD_MAX + 2, "is read to its end");
	SAME_INT(follow_place(f)->part.head_len, FOLLOW_HEAD_MAX, "and known by all of its head");
	follow_close(f);

	begin("rotation between opening and reading");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	f = follow_open("log");
	copy("log", "log.1", SIZE_MAX);
	must_be(truncate("log", 0) == 0);
	add("log", "c\n");
	OK(f && follow_start(f, &place, NOW) == FOLLOW_LATER, "is left to the next run");
	buf_clear(&got);
	take_lines(f, SIZE_MAX);
	SAME_SPAN(buf_span(&got), SPAN_LIT(""), "without a line");
	OK(follow_place_same(follow_place(f), &place), "and without a change of the place");
	follow_close(f);
	RUN_GETS("b,c,", "which finds all");

	begin("truncation before the first block");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	f = follow_open("log");
	OK(f && follow_start(f, &place, NOW) == FOLLOW_FOUND, "the log is found");
	copy("log", "log.1", SIZE_MAX);
	must_be(truncate("log", 0) == 0);
	add("log", "c\nd\ne\n");
	buf_clear(&got);
	take_lines(f, SIZE_MAX);
	SAME_SPAN(buf_span(&got), SPAN_LIT(""), "and its other octets are not taken for its own");
	place = *follow_place(f);
	follow_close(f);
	RUN_GETS("b,c,d,e,", "the next run finds all");

	begin("a copy is begun while it was empty");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	move("log", "log.2");
	add("log", "c\n");
	add("log.1", "");
	f = follow_open("log");
	OK(f && follow_start(f, &place, NOW) == FOLLOW_FOUND, "the run begins");
	copy("log", "log.1", SIZE_MAX);
	must_be(truncate("log", 0) == 0);
	add("log", "d\n");
	buf_clear(&got);
	take_lines(f, SIZE_MAX);
	SAME_SPAN(buf_span(&got), SPAN_LIT("b,"), "the log is not read over the copy");
	place = *follow_place(f);
	follow_close(f);
	RUN_GETS("c,d,", "the next run reads both");

	begin("renamed, compressed and removed while it is read");
	add("log", "a\nb\n");
	f = follow_open("log");
	OK(f && follow_start(f, &place, NOW) == FOLLOW_FIRST, "the run begins");
	move("log", "log.1");
	squeeze("log.1", &packers[0]);
	add("log", "c\n");
	buf_clear(&got);
	take_lines(f, SIZE_MAX);
	SAME_SPAN(buf_span(&got), SPAN_LIT("a,b,"), "what was opened is read");
	place = *follow_place(f);
	follow_close(f);
	RUN_GETS("c,", "and the rest by the next run");
}

static int
error_of(const char *path)
{
	struct follow *f;

	errno = 0;
	f = follow_open(path);
	follow_close(f);
	return f ? 0 : errno;
}

static void
test_names(void)
{
	begin("what is not a part");
	add("log", "a\n");
	RUN_GETS("a,", "a line");
	move("log", "log.3");
	add("log.1.tmp", "x\n");
	add("log2", "x\n");
	add("log.offset", "x\n");
	add("secret", "secret\n");
	must_be(symlink("secret", "log.1") == 0);
	must_be(mkdir("log.2", 0700) == 0);
	must_be(mkfifo("log-20261121", 0600) == 0);
	add("log", "b\n");
	RUN_GETS("b,", "other names, links, folders and pipes are left alone");
	must_be(unlink("log.1") == 0 && rmdir("log.2") == 0 && unlink("log-20261121") == 0);
	must_be(link("log", "log.1") == 0);
	add("log", "c\n");
	RUN_GETS("c,", "a second name of the log counts once");
	SAME_STR(file_name, "log", "as the log");
	must_be(unlink("log") == 0);
	add("log", "d\n");
	RUN_GETS("d,", "also when it is the only one");
	begin("what is no log");
	SAME_INT(error_of("log"), ENOENT, "nothing there");
	SAME_INT(error_of("none/log"), ENOENT, "not even a folder");
	SAME_INT(error_of(""), ENOENT, "no name");
	must_be(mkdir("log", 0700) == 0);
	SAME_INT(error_of("log"), EISDIR, "a folder");
	must_be(rmdir("log") == 0 && mkfifo("log", 0600) == 0);
	SAME_INT(error_of("log"), EINVAL, "a pipe");
	must_be(unlink("log") == 0 && symlink("secret", "log") == 0);
	SAME_INT(error_of("log"), ELOOP, "a symbolic link");
}

static void
test_long_line(void)
{
	struct buf text;

	begin("a line that is too long");
	buf_init(&text, 1 << 24);
	for (int i = 0; i < 5 * LINES_MAX; i++)
		buf_putc(&text, 'x');
	add("log", "a\n");
	add("log", buf_str(&text));
	RUN_GETS("a,", "is none as long as it is not ended");
	add("log", "y\nb\n");
	OK(strlen(run()) == LINES_MAX + strlen(",b,"), "then it comes cut");
	SAME_INT(place.part.offset, 2 + 5 * LINES_MAX + 2 + 2, "and all of it is consumed");
	buf_free(&text);
}

static void
test_many_parts(void)
{
	char name[20], line[20];
	int n = 0;

	begin("more parts than can be held open");
	for (int i = 1; i <= 2 * LOGPARTS_MAX; i++) {
		snprintf(name, sizeof name, "log.%d", i);
		snprintf(line, sizeof line, "%d\n", i);
		add(name, line);
		changed_at(name, 1000000 - i);
	}
	add("log", "log\n");
	place.part = (struct follow_mark){.inode = 1, .offset = 1, .size = 1, .head_len = 1};
	SAME_STR(run_some(1), "99,", "the newest are held");
	for (const char *p = run(); *p; p++)
		n += *p == ',';
	SAME_INT(n, LOGPARTS_MAX - 1, "so many");
}

/* Opened by one who may, read by one who may not even look into the folder. */
static void
test_other_user(void)
{
	struct follow *f;
	int status = -1;
	pid_t child;

	begin("another user");
	if (getuid() != 0) {
		OK(true, "only root can try # SKIP");
		return;
	}
	add("log", "a\n");
	RUN_GETS("a,", "a line");
	add("log", "b\n");
	move("log", "log.1");
	squeeze("log.1", &packers[0]);
	add("log", "c\n");
	must_be(chmod(".", 0700) == 0);
	f = follow_open("log");
	child = fork();
	if (child == 0) {
		bool good = setuid(65534) == 0 && access("log", R_OK) != 0 &&
			    follow_start(f, &place, NOW) == FOLLOW_FOUND;

		buf_clear(&got);
		take_lines(f, SIZE_MAX);
		_exit(good && span_eq(buf_span(&got), SPAN_LIT("b,c,")) ? 0 : 1);
	}
	waitpid(child, &status, 0);
	OK(status == 0, "reads what was opened for him");
	follow_close(f);
}

int
main(void)
{
	char folder[] = "test_follow.XXXXXX";
	const char *parent = getenv("TMPDIR");

	buf_init(&got, 1 << 24);
	must_be(chdir(parent ? parent : P_tmpdir) == 0 && mkdtemp(folder) && chdir(folder) == 0);
	test_growing();
	test_renamed();
	test_compressed();
	test_compressing();
	test_dated();
	test_copied();
	test_lost();
	test_damaged();
	test_under_our_hands();
	test_names();
	test_long_line();
	test_many_parts();
	test_other_user();
	empty_folder();
	must_be(chdir("..") == 0 && rmdir(folder) == 0);
	buf_free(&got);
	return tap_end();
}
