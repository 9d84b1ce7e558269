/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/original_switches.h"

#include <stdbool.h>

static bool
is_switch(const char *arg, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(arg, name, n) && (arg[n] == '\0' || arg[n] == '=');
}

static bool
is_boolean(const char *arg)
{
	return arg && (!strcmp(arg, "True") || !strcmp(arg, "False"));
}

const char *
original_switches(struct arena *a, int *argc, char ***argv)
{
	char **v = arena_alloc(a, ((size_t)*argc + 1) * sizeof *v);

	for (int i = 0; i < *argc; i++) {
		char *arg = (*argv)[i];

		if (!strcmp(arg, "--")) {
			memcpy(v + i, *argv + i, (size_t)(*argc - i) * sizeof *v);
			break;
		}
		if (is_switch(arg, "--domains") || !strcmp(arg, "-d"))
			return "--domains is emt-mxscan's; write `emt-mxscan DOMAIN... | "
			       "emt-mxinfer`";
		if (is_switch(arg, "--save_scan_data"))
			return "--save_scan_data is emt-mxscan's; write `emt-mxscan "
			       "--save_scan_data FILE DOMAIN... | emt-mxinfer`";
		/* The next argument may be a file. */
		if (!strcmp(arg, "--map_id_to_company") && !is_boolean((*argv)[i + 1]))
			arg = arena_dup(a, SPAN_LIT("--map_id_to_company=True"));
		v[i] = arg;
	}
	*argv = v;
	return NULL;
}
