/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/share.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define CASE_SUFFIX ".conf"

enum { FOLDERS_UP = 6 }; /* from the program's own to the tree's */

static bool
holds(struct arena *a, const char *dir, const char *what)
{
	return !access(arena_printf(a, "%s/%s", dir, what), X_OK);
}

const char *
share_find(struct arena *a, const char *given, const char *what, const char **share)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	char *slash;

	*share = given;
	if (given)
		return holds(a, given, what) ? NULL
					     : arena_printf(a,
						   "%s: holds no folder %s; name another with "
						   "--share",
						   given, what);
	if (n < 0)
		return arena_printf(a, "/proc/self/exe: %s", strerror(errno));
	exe[n] = '\0';
	for (int up = 0; up < FOLDERS_UP && (slash = strrchr(exe, '/')) != NULL; up++) {
		*slash = '\0';
		/* PREFIX/bin first; then a tree with the program below its obj/. */
		*share = arena_printf(a, "%s%s", exe, up ? "" : "/../share/emt");
		if (holds(a, *share, what))
			return NULL;
	}
	return arena_printf(a, "no folder %s beside this program; name its place with --share", what);
}

static int
is_case(const struct dirent *entry)
{
	struct span name = span_str(entry->d_name);

	return name.n > sizeof CASE_SUFFIX - 1 && name.p[0] != '.' &&
	       span_ends(name, SPAN_LIT(CASE_SUFFIX));
}

const char *
share_testcases(struct arena *a, const char *share, const char ***names, size_t *n)
{
	const char *dir = arena_printf(a, "%s/testcases", share);
	struct dirent **entries;
	int found = scandir(dir, &entries, is_case, alphasort);

	if (found < 0)
		return arena_printf(a, "%s: %s", dir, strerror(errno));
	*n = (size_t)found;
	*names = arena_alloc(a, (*n + 1) * sizeof **names);
	for (size_t i = 0; i < *n; i++) {
		struct span name = span_str(entries[i]->d_name);

		name.n -= sizeof CASE_SUFFIX - 1;
		(*names)[i] = arena_dup(a, name);
		free(entries[i]);
	}
	free(entries);
	return NULL;
}
