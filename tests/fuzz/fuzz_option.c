/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A site file: it is refused in one line, or its values are printed in a form that can be read
 * again. */
#include <stdint.h>
#include <stdlib.h>

#include "base/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The effective settings as text, or NULL if the file is refused. */
static char *
effective(struct arena *a, struct span file)
{
	struct option_values values;
	struct settings settings = {0};
	const char *error;
	char *text = NULL;
	size_t n;
	FILE *f;

	option_values_init(&values, a, settings_table);
	error = option_take_file(&values, "site.conf", file);
	if (!error)
		error = option_store(&values, &settings);
	if (error && (!*error || strchr(error, '\n')))
		abort();
	if (error || !(f = open_memstream(&text, &n)))
		return NULL;
	option_print(&values, ~0u, f);
	fclose(f);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *once = effective(a, (struct span){(const char *)data, size});
	char *twice = once ? effective(a, span_str(once)) : NULL;

	if (once && (!twice || strcmp(once, twice)))
		abort();
	free(once);
	free(twice);
	arena_free(a);
	return 0;
}
