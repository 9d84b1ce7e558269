/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What should not happen to a log, or not while it is read, one by one. */
#include "tests/tap.h"

#include <sys/wait.h>

#include "io/lines.h"
#include "io/logparts.h"
#include "tests/logfolder.h"

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

	begin("a copy, empty when it was opened, is made before reading begins");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	move("log", "log.2");
	add("log", "c\n");
	add("log.1", "");
	f = follow_open("log");
	copy("log", "log.1", SIZE_MAX);
	must_be(truncate("log", 0) == 0);
	add("log", "d\n");
	OK(f && follow_start(f, &place, NOW) == FOLLOW_FOUND, "the run begins");
	buf_clear(&got);
	take_lines(f, SIZE_MAX);
	SAME_SPAN(buf_span(&got), SPAN_LIT("b,c,d,"), "and the copy is read");
	follow_close(f);

	begin("a copy is made of a log that grows while the run is not there yet");
	add("log", "a\nb\n");
	SAME_STR(run_some(1), "a,", "a line");
	move("log", "log.2");
	add("log", "c\n");
	add("log.1", "c");
	f = follow_open("log");
	OK(f && follow_start(f, &place, NOW) == FOLLOW_FOUND, "the run begins");
	add("log", "d\ne");
	copy("log", "log.1", SIZE_MAX);
	buf_clear(&got);
	take_lines(f, SIZE_MAX);
	SAME_SPAN(buf_span(&got), SPAN_LIT("b,c,d,"), "the log is read, and not the copy");
	place = *follow_place(f);
	follow_close(f);
	must_be(truncate("log", 0) == 0);
	add("log", "f\n");
	RUN_GETS("e,f,", "until the log is truncated");

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
	logfolder_enter();
	test_lost();
	test_damaged();
	test_under_our_hands();
	test_names();
	test_long_line();
	test_many_parts();
	test_other_user();
	logfolder_leave();
	return tap_end();
}
