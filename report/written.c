/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/written.h"

#include <stdlib.h>

#include "io/tree.h"

#define ABOUT "This folder is replaced as a whole by emt-report html, which wrote these files:"

void
written_add(struct written *w, const char *name)
{
	if (w->n == w->room) {
		w->names = arena_grow(w->a, w->names, w->n, 2 * w->n + 64, sizeof *w->names);
		w->room = 2 * w->n + 64;
	}
	w->names[w->n++] = arena_dup(w->a, span_str(name));
	w->sorted = false;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
sort(struct written *w)
{
	if (w->n && !w->sorted)
		qsort(w->names, w->n, sizeof *w->names, compare);
	w->sorted = true;
}

bool
written_has(struct written *w, const char *name)
{
	sort(w);
	return w->n && bsearch(&name, w->names, w->n, sizeof *w->names, compare);
}

void
written_put(struct written *w, struct buf *out)
{
	sort(w);
	buf_puts(out, ABOUT "\n");
	for (size_t i = 0; i < w->n; i++)
		buf_printf(out, "%s\n", w->names[i]);
}

const char *
written_read(struct written *w, const char *folder)
{
	const char *path = arena_printf(w->a, "%s/" WRITTEN_MARK, folder);
	struct span text;
	const char *error = tree_read(w->a, path, WRITTEN_MAX, &text);

	if (error)
		return error;
	span_cut(&text, '\n');
	while (text.p && text.n)
		written_add(w, arena_dup(w->a, span_cut(&text, '\n')));
	return NULL;
}
