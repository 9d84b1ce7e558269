/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "io/write_all.h"

/* A file system without unnamed files (NFS, older overlays): an exclusive hidden name instead. */
static enum spool_st
begin_hidden(struct spool_file *f)
{
	snprintf(
	    f->hidden, sizeof f->hidden, ".tmp-%016llx", (unsigned long long)rng_u64(&rng_system));
	f->fd = openat(f->dir_fd, f->hidden, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (f->fd < 0) {
		f->hidden[0] = '\0';
		return SPOOL_ERROR;
	}
	return SPOOL_OK;
}

enum spool_st
spool_begin(struct spool_file *f, int dir_fd)
{
	*f = (struct spool_file){.dir_fd = dir_fd};
	f->fd = openat(dir_fd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (f->fd >= 0)
		return SPOOL_OK;
	return errno == EOPNOTSUPP || errno == EISDIR ? begin_hidden(f) : SPOOL_ERROR;
}

enum spool_st
spool_write(struct spool_file *f, struct span data)
{
	return write_all(f->fd, data) ? SPOOL_OK : SPOOL_ERROR;
}

enum spool_st
spool_flush(struct spool_file *f)
{
	int fd = f->fd;

	if (fsync(fd))
		return SPOOL_ERROR;
	/* A file system without unnamed files may be a remote one, which tells of a full disk only
	 * at close(2).  An unnamed file must stay open until it is linked, and has nothing left to
	 * say after fsync. */
	if (f->hidden[0]) {
		f->fd = -1;
		if (close(fd))
			return SPOOL_ERROR;
		f->fd = openat(f->dir_fd, f->hidden, O_RDWR | O_CLOEXEC);
	}
	return f->fd < 0 ? SPOOL_ERROR : SPOOL_OK;
}

enum spool_st
spool_link(struct spool_file *f, const char *name)
{
	char self[40];
	int failed;

	if (f->hidden[0]) {
		failed = linkat(f->dir_fd, f->hidden, f->dir_fd, name, 0);
	} else {
		snprintf(self, sizeof self, "/proc/self/fd/%d", f->fd);
		failed = linkat(AT_FDCWD, self, f->dir_fd, name, AT_SYMLINK_FOLLOW);
	}
	if (!failed)
		return SPOOL_OK;
	return errno == EEXIST ? SPOOL_TAKEN : SPOOL_ERROR;
}

enum spool_st
spool_replace(struct spool_file *f, const char *name)
{
	enum spool_st st = spool_link(f, SPOOL_REPLACEMENT);

	if (st == SPOOL_TAKEN &&
	    unlinkat(f->dir_fd, SPOOL_REPLACEMENT, 0) == 0) /* a killed writer's */
		st = spool_link(f, SPOOL_REPLACEMENT);
	if (st != SPOOL_OK)
		return SPOOL_ERROR;
	if (renameat(f->dir_fd, SPOOL_REPLACEMENT, f->dir_fd, name))
		return SPOOL_ERROR;
	return SPOOL_OK;
}

enum spool_st
spool_flush_dir(int dir_fd)
{
	return fsync(dir_fd) ? SPOOL_ERROR : SPOOL_OK;
}

void
spool_end(struct spool_file *f)
{
	int saved = errno;

	if (f->hidden[0])
		unlinkat(f->dir_fd, f->hidden, 0);
	if (f->fd >= 0)
		close(f->fd);
	f->hidden[0] = '\0';
	f->fd = -1;
	errno = saved;
}
