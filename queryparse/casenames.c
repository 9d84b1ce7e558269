/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/casenames.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#define CASE_SUFFIX ".conf"

static int
is_case(const struct dirent *entry)
{
	struct span name = span_str(entry->d_name);

	return name.n > sizeof CASE_SUFFIX - 1 && name.p[0] != '.' &&
	       span_ends(name, SPAN_LIT(CASE_SUFFIX));
}

const char *
casenames_read(struct arena *a, const char *dir, const char ***names, size_t *n)
{
	const char *folder = arena_printf(a, "%s/testcases", dir);
	struct dirent **entries;
	int found = scandir(folder, &entries, is_case, alphasort);

	if (found < 0)
		return arena_printf(a, "%s: %s", folder, strerror(errno));
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
