/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static bool
fail(const char *dir)
{
	log_error("%s/" OWNER_FILE ": %s", dir, strerror(errno));
	return false;
}

/* Reads who owns it, or writes that this one does. */
static bool
claim(const char *dir, int fd, const char *path)
{
	char owner[PATH_MAX + 1];
	ssize_t n = fd >= 0 ? read(fd, owner, sizeof owner - 1) : -1;

	if (n < 0)
		return fail(dir);
	if (n == 0)
		return write(fd, path, strlen(path)) == (ssize_t)strlen(path) || fail(dir);
	owner[n] = '\0';
	if (!strcmp(owner, path))
		return true;
	log_error("%s: belongs to the state in another folder, which %s/" OWNER_FILE
		  " names; give each --follow-state an --out of its own, or remove that file if "
		  "that state is gone",
	    dir, dir);
	return false;
}

bool
owner_claim(const char *dir, int dir_fd, const char *state)
{
	char *path = realpath(state, NULL);
	int fd = openat(
	    dir_fd, OWNER_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	bool ok = path ? claim(dir, fd, path) : fail(dir);

	if (fd >= 0)
		close(fd);
	free(path);
	return ok;
}
