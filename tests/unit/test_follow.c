/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rotation does to a log, one by one; test_follow_random.c mixes it, test_follow_trouble.c has
 * what must not be. */
#include "tests/logfolder.h"

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

int
main(void)
{
	logfolder_enter();
	test_growing();
	test_renamed();
	test_compressed();
	test_compressing();
	test_dated();
	test_copied();
	logfolder_leave();
	return tap_end();
}
