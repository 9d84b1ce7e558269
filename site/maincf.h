/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maincf - Postfix' main.cf and master.cf as their text says (postconf(5), master(5)), and its
 * tables as far as a site uses them: texthash, pcre, and lists in files.
 *
 * For check: no Postfix is asked.  A parameter that is not set is NULL; its default is the caller's
 * business. */
#ifndef EMT_MAINCF_H
#define EMT_MAINCF_H

#include "base/arena.h"

struct maincf {
	struct arena *a;
	struct maincf_entry {
		const char *name, *value;
	} * v;
	size_t n;
};

/* Reads `name = value` lines with their continuations; the last one of a name counts. */
void maincf_read(struct maincf *m, struct arena *a, struct span text);

/* The value with $name and ${name} filled in, blanks folded; NULL: not set. */
const char *maincf_get(const struct maincf *m, const char *name);

/* Takes the next word of a list: words are separated by blanks and commas.  Empty at the end. */
struct span maincf_word(struct span *list);

/* A word "TYPE:PATH" as its parts; without a known type, type.n is 0 and path the whole. */
void maincf_table(struct span word, struct span *type, struct span *path);

/* The -o overrides of a master.cf service ("smtp", "inet"), as main.cf text; false: no such
 * service.
 */
bool maincf_service(
    struct arena *a, struct span master, const char *name, const char *type, struct maincf *m);

/* Do both set the same names to the same values, but for the name `except`? */
bool maincf_same(const struct maincf *x, const struct maincf *y, const char *except);

enum maincf_found {
	MAINCF_ABSENT,
	MAINCF_FOUND,
	MAINCF_BAD, /* the table has a line that Postfix would warn of */
};

/* Looks `key` up in the text of a table of that type ("texthash", "pcre", or "" for a list of
 * names). *value is what stands behind it; of _BAD, the line. */
enum maincf_found maincf_lookup(struct arena *a, struct span type, struct span table,
    const char *key, const char **value) __attribute__((warn_unused_result));

#endif
