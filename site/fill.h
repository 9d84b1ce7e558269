/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fill - the values for the places of templates, and filled templates as files of the tree.
 *
 * Values are gathered once for a machine, a host or a zone, and serve all its templates: here,
 * other than in base/template.h, one that no place uses is no error. */
#ifndef EMT_FILL_H
#define EMT_FILL_H

#include "base/template.h"

struct fill {
	struct arena *a;
	const char *share; /* the folder of the templates */
	const char *dir;   /* the tree */
	struct template_value *v;
	size_t n, room;
};

/* Sets @NAME@; again: anew.  Texts are borrowed. */
void fill_set(struct fill *f, const char *name, const char *value);
void fill_set_span(struct fill *f, const char *name, struct span value);
void fill_printf(struct fill *f, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The filled text of SHARE/TEMPLATE; of a `part`, which goes into another file, without its licence
 * line.  NULL, or "TEMPLATE: what". */
const char *fill_text(struct fill *f, const char *template, bool part, struct span *text)
    __attribute__((warn_unused_result));

/* The filled text of `snippet`, which is ours: a mistake in it aborts. */
struct span fill_snippet(struct fill *f, const char *snippet);

/* Fills SHARE/TEMPLATE and writes DIR/PATH. */
const char *fill_file(struct fill *f, const char *template, const char *path, unsigned mode)
    __attribute__((warn_unused_result));

#endif
