/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/tapsocket.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"

enum { BACKLOG = 128 };

static int
fail(const char *path, int fd)
{
	log_error("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* A socket that an earlier run left behind refuses connections. */
static bool
remove_stale(const char *path, const struct sockaddr_un *address)
{
	struct stat st;
	int fd, error = 0;

	if (lstat(path, &st) != 0)
		return errno == ENOENT;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return false;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0)
		error = errno;
	close(fd);
	if (error == ECONNREFUSED)
		return unlink(path) == 0;
	errno = EADDRINUSE; /* somebody listens there */
	return false;
}

static bool
make_folder(const char *path)
{
	char dir[sizeof((struct sockaddr_un *)0)->sun_path];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (!n || n >= sizeof dir)
		return true;
	memcpy(dir, path, n);
	dir[n] = '\0';
	return mkdir(dir, 0755) == 0 || errno == EEXIST;
}

/* Whose the socket is, and who may connect. */
static bool
set_access(const char *path, const char *user, const char *group, int *status)
{
	const struct passwd *owner = geteuid() == 0 ? getpwnam(user) : NULL;
	const struct group *members = group ? getgrnam(group) : NULL;
	uid_t uid = owner ? owner->pw_uid : (uid_t)-1;
	gid_t gid = members ? members->gr_gid : (gid_t)-1;

	if (group && !members) {
		log_error("--group: there is no group %s", group);
		*status = EX_CONFIG;
		return false;
	}
	if (((owner || members) && chown(path, uid, gid) != 0) ||
	    chmod(path, group ? 0660 : 0666) != 0) {
		log_error("%s: %s", path, strerror(errno));
		return false;
	}
	return true;
}

int
tapsocket_listen(const char *path, const char *user, const char *group, int *status)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	*status = EX_TEMPFAIL;
	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		*status = EX_CONFIG;
		return fail(path, -1);
	}
	memcpy(address.sun_path, path, strlen(path));
	if (!make_folder(path) || !remove_stale(path, &address))
		return fail(path, -1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		return fail(path, fd);
	if (!set_access(path, user, group, status)) {
		close(fd);
		return -1;
	}
	return listen(fd, BACKLOG) == 0 ? fd : fail(path, fd);
}
