/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *
check(struct arena *a, const char *path, const char *secret, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return arena_printf(a, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return arena_printf(a, "%s: is no plain file", path);
	if (st.st_mode & 077)
		return arena_printf(a,
		    "%s: others may read it (mode %04o); chmod 600 it, and change %s", path,
		    (unsigned)st.st_mode & 07777, secret);
	if (st.st_uid != geteuid() && geteuid() != 0)
		return arena_printf(a, "%s: belongs to another user; make one of your own", path);
	return NULL;
}

const char *
secret_file_open(struct arena *a, const char *path, const char *secret, int *fd)
{
	const char *error;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0)
		return arena_printf(a, "%s: %s", path, strerror(errno));
	error = check(a, path, secret, *fd);
	if (error) {
		close(*fd);
		*fd = -1;
	}
	return error;
}
