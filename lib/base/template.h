/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template - configuration text with places to fill: @NAME@ (capitals, digits, underscore), and @@
 * for one @.
 *
 * A place whose name is not given, a name that no place uses and an @ that is neither are errors: a
 * typing mistake must not become a silent hole in somebody's main.cf.  A value is put in as it is;
 * a place in a value is not filled. */
#ifndef EMT_TEMPLATE_H
#define EMT_TEMPLATE_H

#include "base/arena.h"
#include "base/buf.h"

struct template_value {
	struct span name, value;
	bool used; /* set by template_fill */
};

/* Appends the filled text.  NULL if all went well, else one line that names line, place and mend
 * (from the arena). */
const char *template_fill(struct arena *a, struct buf *out, struct span text,
    struct template_value *values, size_t values_n) __attribute__((warn_unused_result));

#endif
