/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every file that render writes, against what it would write now.  The other checks say what a
 * difference does; this one finds those that nobody thought of.  Zone files have checks that look
 * at every record, and a serial of their own. */
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/tree.h"
#include "site/check.h"
#include "site/render.h"

static int
delete_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)st, (void)type, (void)place;
	return remove(path);
}

/* Number of the first line in which they differ. */
static size_t
first_difference(struct span x, struct span y)
{
	size_t line = 1;

	for (size_t i = 0; i < x.n && i < y.n && x.p[i] == y.p[i]; i++)
		line += x.p[i] == '\n';
	return line;
}

static void
compare_file(struct check *c, const char *fresh, const char *path)
{
	const char *there = arena_printf(c->a, "%s/%s", c->dir, path);
	struct span want, got;

	if (span_ends(span_str(path), span_str(".zone")))
		return;
	if (tree_read(c->a, arena_printf(c->a, "%s/%s", fresh, path), CHECK_FILE_MAX, &want))
		return; /* ours, a moment old: its folder is being deleted by somebody else */
	if (check_read(c, there, &got) && !span_eq(want, got))
		check_finding(c, there,
		    arena_printf(
			c->a, "line %zu is not as render writes it", first_difference(want, got)),
		    "nobody has looked at what the change does",
		    "render again, or change the template in a folder for --share");
}

static void
compare_folder(struct check *c, const char *fresh, const char *folder)
{
	const char **names;
	size_t n = 0;

	if (tree_list(c->a, arena_printf(c->a, "%s/%s", fresh, folder), "", &names, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(c->a, "%s/%s", folder, names[i]);
		struct stat st;

		if (stat(arena_printf(c->a, "%s/%s", fresh, path), &st) == 0 && S_ISDIR(st.st_mode))
			compare_folder(c, fresh, path);
		else
			compare_file(c, fresh, path);
	}
}

/* Trees of machines that the site file names no more. */
static void
find_strangers(struct check *c)
{
	const char **names;
	size_t n = 0;

	if (tree_list(c->a, c->dir, "", &names, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(c->a, "%s/%s", c->dir, names[i]);
		bool known = false;

		for (size_t k = 0; k < c->plan->machines_n && !known; k++)
			known = !strcmp(names[i], c->plan->machines[k].name);
		if (!known && !access(arena_printf(c->a, "%s/etc/emt", path), F_OK))
			check_finding(c, path, "is no machine of this site",
			    "it is left from another layout or an older site file",
			    "delete the folder, once its keys are not needed");
	}
}

void
check_rendered(struct check *c)
{
	const char *tmp = getenv("TMPDIR"), *error;
	char *fresh = arena_dup(
	    c->a, span_str(arena_printf(c->a, "%s/emt-check.XXXXXX", tmp ? tmp : "/tmp")));
	struct render r = {
	    .a = c->a, .plan = c->plan, .values = c->values, .share = c->share, .dir = fresh};

	if (!mkdtemp(fresh)) {
		check_skipped(
		    c, "comparison with what render writes", "no folder can be made below $TMPDIR");
		return;
	}
	error = render(&r);
	if (error) {
		check_skipped(c, "comparison with what render writes", error);
	} else {
		for (size_t i = 0; i < c->plan->machines_n; i++)
			compare_folder(c, fresh, c->plan->machines[i].name);
		compare_folder(c, fresh, "owner");
		find_strangers(c);
	}
	nftw(fresh, delete_one, 16, FTW_DEPTH | FTW_PHYS);
}
