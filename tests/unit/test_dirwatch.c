/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real folders and a real loop: what appears in which, and what is passed over. */
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/dirwatch.h"
#include "io/spool.h"
#include "tests/tap.h"

static char base[] = P_tmpdir "/emt-dirwatch-XXXXXX";
static struct loop *loop;
static struct dirwatch *watch;
static struct buf seen;
static char one[] = "one", two[] = "two"; /* what stands for the folders */

static void
appeared(void *arg, void *folder, const char *name)
{
	buf_printf(&seen, "%s/%s ", (const char *)folder, name);
	if (arg != &seen)
		abort();
	if (!strcmp(name, "end"))
		loop_stop(loop);
}

static void
overflowed(void *arg)
{
	(void)arg;
	buf_puts(&seen, "overflow ");
}

/* Until the name "end" appears in the folder, which it does behind all else. */
static void
expect(int dir_fd, const char *want, const char *name)
{
	close(openat(dir_fd, "end", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
	loop_run(loop);
	unlinkat(dir_fd, "end", 0);
	SAME_STR(buf_str(&seen), want, name);
	buf_clear(&seen);
}

static int
make_folder(const char *name)
{
	char path[200];
	int fd;

	snprintf(path, sizeof path, "%s/%s", base, name);
	mkdir(path, 0700);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		abort();
	return fd;
}

/* By spool.h, as emt-deliver makes files and emt-enrich replaces them. */
static void
spool(int dir_fd, const char *name, bool replace)
{
	struct spool_file f;

	if (spool_begin(&f, dir_fd) != SPOOL_OK || spool_write(&f, SPAN_LIT("x")) != SPOOL_OK ||
	    (replace ? spool_replace(&f, name) : spool_link(&f, name)) != SPOOL_OK)
		abort();
	spool_end(&f);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

int
main(void)
{
	static const struct dirwatch_events events = {appeared, overflowed};
	int first, second, extra[DIRWATCH_FOLDERS_MAX];

	buf_init(&seen, 10000);
	if (!mkdtemp(base))
		abort();
	loop = loop_new();
	watch = dirwatch_new(loop, SPOOL_REPLACEMENT, &events, &seen);
	if (!OK(watch != NULL, "inotify"))
		return tap_end();
	first = make_folder("first");
	second = make_folder("second");
	OK(dirwatch_add(watch, first, one) && dirwatch_add(watch, second, two), "two folders");

	spool(first, "linked", false);
	spool(second, "linked", false);
	expect(first, "one/linked two/linked one/end ", "linked into place");
	spool(first, "linked", true);
	spool(first, "other", true);
	expect(first, "one/end ", "what this program replaces is not new");
	renameat(first, "linked", first, "renamed");
	renameat(first, "renamed", second, "moved");
	expect(
	    second, "one/renamed two/moved two/end ", "renamed, and moved from one to the other");
	close(openat(first, ".hidden", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	mkdirat(first, "folder", 0700);
	expect(first, "one/end ", "hidden names and folders are passed over");
	renameat(first, ".hidden", first, "shown");
	expect(first, "one/shown one/end ", "a hidden file gets its name");
	unlinkat(first, "shown", 0);
	expect(first, "one/end ", "what goes does not appear");

	dirwatch_remove(watch, one);
	spool(first, "unseen", false);
	expect(second, "two/end ", "a folder that is not watched any more");
	OK(dirwatch_add(watch, first, one), "watched again");
	spool(first, "again", false);
	expect(first, "one/again one/end ", "and seen again");
	OK(!dirwatch_add(watch, -1, one), "no folder at all");

	for (int i = 2; i < DIRWATCH_FOLDERS_MAX; i++) {
		char name[20];

		snprintf(name, sizeof name, "extra%d", i);
		extra[i] = make_folder(name);
		if (!dirwatch_add(watch, extra[i], name))
			abort();
	}
	OK(!dirwatch_add(watch, second, two), "no more than so many");
	for (int i = 2; i < DIRWATCH_FOLDERS_MAX; i++)
		close(extra[i]);

	dirwatch_free(watch);
	dirwatch_free(NULL);
	close(first);
	close(second);
	loop_free(loop);
	buf_free(&seen);
	nftw(base, remove_one, 10, FTW_DEPTH | FTW_PHYS);
	return tap_end();
}
