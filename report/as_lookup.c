/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/as_lookup.h"

#include "io/as_file.h"

static uint32_t
find(void *state, const struct ip *address)
{
	uint32_t as[AS_MAX];

	return as_table_find(state, address, as) ? as[0] : 0;
}

const char *
as_lookup_open(struct arena *a, const struct option_list *files, struct as_lookup *l)
{
	const char *error = NULL;

	*l = (struct as_lookup){.table = NULL};
	if (!files->n)
		return NULL;
	l->table = as_table_new();
	l->as = (struct client_as){find, l->table};
	for (size_t i = 0; !error && i < files->n; i++)
		error = as_file_read(a, l->table, files->v[i]);
	as_table_ready(l->table);
	return error;
}

void
as_lookup_close(struct as_lookup *l)
{
	as_table_free(l->table);
	l->table = NULL;
}

const struct client_as *
as_lookup_of(const struct as_lookup *l)
{
	return l->table ? &l->as : NULL;
}
