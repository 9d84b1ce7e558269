/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include "io/spool.h"

static char folder[] = "spool-XXXXXX";
static int dir_fd;

/* How many files a reader of the folder sees; hidden ones are counted apart. */
static int
count_files(int *hidden)
{
	DIR *dir = fdopendir(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct dirent *entry;
	int n = 0;

	*hidden = 0;
	while (dir && (entry = readdir(dir)) != NULL)
		*(entry->d_name[0] == '.' ? hidden : &n) += 1;
	if (dir)
		closedir(dir);
	*hidden -= 2; /* . and .. */
	return n;
}

static bool
folder_has(int files)
{
	int hidden, n = count_files(&hidden);

	return n == files && hidden == 0;
}

static bool
file_is(const char *name, struct span want)
{
	char got[100];
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n = fd < 0 || fstat(fd, &st) ? -1 : read(fd, got, sizeof got);

	if (fd >= 0)
		close(fd);
	return n >= 0 && span_eq((struct span){got, (size_t)n}, want) &&
	       (st.st_mode & 07777) == 0600;
}

static bool
store(struct spool_file *f, struct span data)
{
	return spool_begin(f, dir_fd) == SPOOL_OK && spool_write(f, data) == SPOOL_OK &&
	       spool_flush(f) == SPOOL_OK;
}

static void
test_link(void)
{
	struct spool_file f;

	OK(store(&f, SPAN_LIT("one\0two")), "written and flushed");
	OK(folder_has(0), "nothing is visible yet");
	OK(spool_link(&f, "a") == SPOOL_OK && file_is("a", SPAN_LIT("one\0two")),
	    "linked: there whole");
	spool_end(&f);
	OK(store(&f, SPAN_LIT("three")) && spool_link(&f, "a") == SPOOL_TAKEN,
	    "a name is given once");
	OK(spool_link(&f, "b") == SPOOL_OK && file_is("b", SPAN_LIT("three")), "another name then");
	OK(file_is("a", SPAN_LIT("one\0two")), "the first file is as it was");
	OK(spool_flush_dir(dir_fd) == SPOOL_OK, "the folder is flushed");
	spool_end(&f);
	spool_end(&f);
	OK(folder_has(2), "ending it twice is harmless");
	OK(store(&f, SPAN_LIT("gone")), "another one");
	spool_end(&f);
	OK(folder_has(2), "that is not linked, and gone");
}

static void
test_replace(void)
{
	struct spool_file f;
	int fd;

	OK(store(&f, SPAN_LIT("new")) && spool_replace(&f, "a") == SPOOL_OK, "replaced");
	spool_end(&f);
	OK(file_is("a", SPAN_LIT("new")) && folder_has(2), "the new file is there, alone");
	OK(store(&f, SPAN_LIT("c")) && spool_replace(&f, "c") == SPOOL_OK &&
		file_is("c", SPAN_LIT("c")),
	    "there need not be an old one");
	spool_end(&f);
	fd = openat(dir_fd, ".replacing", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	OK(fd >= 0 && write(fd, "half", 4) == 4 && !close(fd), "a killed writer left something");
	OK(store(&f, SPAN_LIT("newer")) && spool_replace(&f, "a") == SPOOL_OK,
	    "which is in nobody's way");
	spool_end(&f);
	OK(file_is("a", SPAN_LIT("newer")) && folder_has(3), "and gone");
}

/* ulimit -f: the kernel writes a part, then EFBIG. */
static void
test_limits(void)
{
	static char large[100000];
	struct rlimit old;
	struct spool_file f;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 4096, .rlim_max = old.rlim_max});
	OK(spool_begin(&f, dir_fd) == SPOOL_OK, "begun");
	OK(spool_write(&f, (struct span){large, sizeof large}) == SPOOL_ERROR && errno == EFBIG,
	    "a file that grows over its limit is an error");
	spool_end(&f);
	OK(errno == EFBIG, "spool_end keeps errno");
	setrlimit(RLIMIT_FSIZE, &old);
	OK(folder_has(3), "and leaves nothing");
	OK(spool_begin(&f, -1) == SPOOL_ERROR && errno == EBADF, "no folder");
	spool_end(&f);
	OK(fcntl(STDIN_FILENO, F_GETFD) >= 0, "ending what never began closes no one else's file");
	OK(store(&f, SPAN_LIT("x")) && spool_link(&f, "no/such") == SPOOL_ERROR,
	    "a name that cannot be");
	spool_end(&f);
}

int
main(void)
{
	if (!mkdtemp(folder) || (dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return 1;
	umask(022);
	test_link();
	test_replace();
	test_limits();
	unlinkat(dir_fd, "a", 0);
	unlinkat(dir_fd, "b", 0);
	unlinkat(dir_fd, "c", 0);
	close(dir_fd);
	rmdir(folder);
	return tap_end();
}
