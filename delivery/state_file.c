/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/spool.h"

enum { NAME_LEN_MAX = 100 };

void
state_file_init(struct state_file *f, const char *dir, const char *name)
{
	*f = (struct state_file){.dir = dir, .name = name, .dir_fd = -1, .lock_fd = -1};
}

void
state_file_close(struct state_file *f)
{
	state_file_unlock(f);
	if (f->dir_fd >= 0)
		close(f->dir_fd);
	f->dir_fd = -1;
}

static void
close_keeping_errno(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
}

/* Gives what is open as fd to the owner of the folder around it, if it was root who made it. */
static bool
hand_over(int fd, int around_fd)
{
	struct stat around;

	return geteuid() != 0 ||
	       (fstat(around_fd, &around) == 0 && fchown(fd, around.st_uid, around.st_gid) == 0);
}

static bool
open_dir(struct state_file *f)
{
	bool made = mkdir(f->dir, 0700) == 0, ours = true;
	int above;

	f->dir_fd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->dir_fd < 0 || !made)
		return f->dir_fd >= 0;
	above = openat(f->dir_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ours = above >= 0 && hand_over(f->dir_fd, above);
	close_keeping_errno(above);
	return ours;
}

bool
state_file_lock(struct state_file *f)
{
	char name[NAME_LEN_MAX + 8];
	int fd;

	if (f->dir_fd < 0 && !open_dir(f))
		return false;
	snprintf(name, sizeof name, ".%.*s.lock", NAME_LEN_MAX, f->name);
	fd = openat(f->dir_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	while (flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		close_keeping_errno(fd);
		return false;
	}
	if (!hand_over(fd, f->dir_fd)) {
		close_keeping_errno(fd);
		return false;
	}
	f->lock_fd = fd;
	return true;
}

void
state_file_unlock(struct state_file *f)
{
	close_keeping_errno(f->lock_fd);
	f->lock_fd = -1;
}

bool
state_file_read(const struct state_file *f, struct buf *text)
{
	int fd = openat(f->dir_fd, f->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char piece[4096];
	ssize_t n = 0;

	if (fd < 0)
		return errno == ENOENT;
	while (!text->overflow) {
		n = read(fd, piece, sizeof piece);
		if (n > 0)
			buf_put(text, (struct span){piece, (size_t)n});
		else if (n == 0 || errno != EINTR)
			break;
	}
	close_keeping_errno(fd);
	return text->overflow || n == 0;
}

bool
state_file_replace(const struct state_file *f, struct span text)
{
	struct spool_file file;
	enum spool_st st = spool_begin(&file, f->dir_fd);

	if (st == SPOOL_OK && !hand_over(file.fd, f->dir_fd))
		st = SPOOL_ERROR;
	if (st == SPOOL_OK)
		st = spool_write(&file, text);
	if (st == SPOOL_OK)
		st = spool_flush(&file);
	if (st == SPOOL_OK)
		st = spool_replace(&file, f->name);
	if (st == SPOOL_OK)
		st = spool_flush_dir(f->dir_fd);
	spool_end(&file);
	return st == SPOOL_OK;
}
