/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/write_all.h"

static const char *
because(struct arena *a, const char *path, int error)
{
	return arena_printf(a, "%s: %s", path, strerror(error));
}

const char *
tree_read(struct arena *a, const char *path, size_t max, struct span *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *error = NULL;
	struct buf whole;
	ssize_t n = 1;

	if (fd < 0)
		return because(a, path, errno);
	buf_init(&whole, max);
	while (n > 0 && !whole.overflow) {
		char piece[16384];

		n = read(fd, piece, sizeof piece);
		if (n > 0)
			buf_put(&whole, (struct span){piece, (size_t)n});
	}
	if (n < 0)
		error = because(a, path, errno);
	else if (whole.overflow)
		error = arena_printf(a, "%s: larger than %zu octets", path, max);
	else
		*text = arena_span(a, buf_span(&whole));
	buf_free(&whole);
	close(fd);
	return error;
}

/* Makes every folder above the last slash of `path`.  Those below the first `kept` octets belong to
 * the tree: their modes do not ask the umask, for they end up as a machine's /etc. */
static int
make_folders(char *path, size_t kept)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int failed;

		*slash = '\0';
		failed = mkdir(path, 0755);
		if (failed)
			failed = errno != EEXIST;
		else if ((size_t)(slash - path) > kept)
			failed = chmod(path, 0755);
		*slash = '/';
		if (failed)
			return -1;
	}
	return 0;
}

static bool
is_same(struct arena *a, const char *path, mode_t mode, struct span text)
{
	struct stat st;
	struct span there;

	return !lstat(path, &st) && S_ISREG(st.st_mode) && (st.st_mode & 07777) == mode &&
	       (size_t)st.st_size == text.n && !tree_read(a, path, text.n + 1, &there) &&
	       span_eq(there, text);
}

const char *
tree_write(struct arena *a, const char *dir, const char *path, mode_t mode, struct span text)
{
	char *whole = arena_printf(a, "%s/%s", dir, path);
	const char *beside = arena_printf(a, "%s.new", whole);
	int fd;

	if (is_same(a, whole, mode, text))
		return NULL;
	if (make_folders(whole, strlen(dir)) || (unlink(beside) && errno != ENOENT))
		return because(a, whole, errno);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return because(a, beside, errno);
	/* fchmod: the umask is not asked, the tree is the same for everybody. */
	if (!write_all(fd, text) || fchmod(fd, mode) || fsync(fd)) {
		const char *error = because(a, beside, errno);

		close(fd);
		unlink(beside);
		return error;
	}
	if (close(fd) || rename(beside, whole))
		return because(a, whole, errno);
	return NULL;
}

const char *
tree_write_new(struct arena *a, const char *path, mode_t mode, struct span text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	const char *error = NULL;

	if (fd < 0)
		return because(a, path, errno);
	if (!write_all(fd, text) || fsync(fd))
		error = because(a, path, errno);
	if (close(fd) && !error)
		error = because(a, path, errno);
	if (error)
		unlink(path);
	return error;
}

static int
by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

const char *
tree_list(
    struct arena *a, const char *dir, const char *suffix, const char ***names, size_t *names_n)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	size_t room = 0, n = 0;
	const char **v = NULL;

	if (!d)
		return because(a, dir, errno);
	while ((errno = 0, entry = readdir(d)) != NULL) {
		struct span name = span_str(entry->d_name);

		if (name.p[0] == '.' || !span_ends(name, span_str(suffix)))
			continue;
		if (n == room) {
			room = room ? 2 * room : 32;
			v = arena_grow(a, v, n, room, sizeof *v);
		}
		v[n++] = arena_dup(a, name);
	}
	closedir(d);
	if (errno)
		return because(a, dir, errno);
	if (n)
		qsort(v, n, sizeof *v, by_name);
	*names = v;
	*names_n = n;
	return NULL;
}
