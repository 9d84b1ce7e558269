/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/share.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

enum { UP_MAX = 6 }; /* folders above a program in its tree */

static bool
holds(struct arena *a, const char *dir, const char *proof)
{
	return !access(arena_printf(a, "%s/%s", dir, proof), R_OK);
}

const char *
share_find(struct arena *a, const char *given, const char *proof, const char **dir)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	char *slash;

	*dir = given;
	if (given && holds(a, given, proof))
		return NULL;
	if (given)
		return arena_printf(
		    a, "%s: has no %s; name another folder with --share", given, proof);
	if (n < 0)
		return arena_printf(
		    a, "/proc/self/exe: %s; name a folder with --share", strerror(errno));
	exe[n] = '\0';
	for (int up = 0; (slash = strrchr(exe, '/')) && up < UP_MAX; up++) {
		*slash = '\0';
		*dir = arena_printf(a, up ? "%s" : "%s/../share/emt", exe);
		if (holds(a, *dir, proof))
			return NULL;
	}
	return arena_printf(a, "no %s beside this program; name its folder with --share", proof);
}
