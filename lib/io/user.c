/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

bool
user_become(const char *name)
{
	const struct passwd *user;

	umask(077);
	if (geteuid() != 0)
		return true;
	errno = 0;
	user = getpwnam(name);
	if (!user) {
		log_error("user = %s: %s; set `user` to one that owns the data", name,
		    errno ? strerror(errno) : "there is no such user");
		return false;
	}
	if (user->pw_uid == 0) {
		log_error("user = %s: is root, and what comes from strangers is not read as root; "
			  "set `user` to one that owns the data",
		    name);
		return false;
	}
	if (initgroups(name, user->pw_gid) || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		log_error("cannot become user %s: %s", name, strerror(errno));
		return false;
	}
	return true;
}
