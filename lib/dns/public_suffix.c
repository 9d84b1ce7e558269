/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/public_suffix.h"

#include <libpsl.h>
#include <stdlib.h>

#include "base/arena.h"

struct public_suffixes {
	psl_ctx_t *list;
};

struct public_suffixes *
public_suffixes_open(void)
{
	psl_ctx_t *list = psl_latest(NULL);
	struct public_suffixes *s = NULL;

	if (!list)
		return NULL;
	s = malloc(sizeof *s);
	if (!s)
		out_of_memory();
	s->list = list;
	return s;
}

void
public_suffixes_free(struct public_suffixes *s)
{
	if (!s)
		return;
	psl_free(s->list);
	free(s);
}

struct span
public_suffix_organisation(const struct public_suffixes *s, const char *name)
{
	return span_str(s ? psl_registrable_domain(s->list, name) : NULL);
}
