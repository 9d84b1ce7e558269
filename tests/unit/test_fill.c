/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site/fill.h"
#include "io/tree.h"

static struct arena *arena;
static char folder[] = "fill-XXXXXX";

static const char *
file(const char *name, struct span text)
{
	if (tree_write(arena, folder, name, 0644, text))
		abort();
	return name;
}

static struct span
content(const char *name)
{
	struct span text = {NULL, 0};

	if (tree_read(arena, arena_printf(arena, "%s/%s", folder, name), 10000, &text))
		return (struct span){"(none)", 6};
	return text;
}

static void
test_fill(void)
{
	struct fill f = {.a = arena, .share = folder, .dir = folder};
	struct span text;

	fill_set(&f, "A", "one");
	fill_set(&f, "UNUSED", "x");
	fill_printf(&f, "B", "%d@%s", 2, "A@");
	file("t.in", SPAN_LIT("# SPDX-\n@A@ @@ @B@\n"));
	OK(!fill_text(&f, "t.in", false, &text), "filled, though one value has no place");
	SAME_SPAN(text, SPAN_LIT("# SPDX-\none @ 2@A@\n"), "a value is put in as it is");
	OK(!fill_text(&f, "t.in", true, &text), "a part");
	SAME_SPAN(text, SPAN_LIT("one @ 2@A@\n"), "has no licence line");
	fill_set(&f, "A", "other");
	SAME_SPAN(fill_snippet(&f, "x@A@@@y"), SPAN_LIT("xother@y"), "set anew; a snippet");
	file("bad.in", SPAN_LIT("@A@\n@NOWHERE@\n"));
	OK(strstr(fill_text(&f, "bad.in", false, &text),
	       "bad.in: line 2: no value for @NOWHERE@") != NULL,
	    "a place without a value is an error");
	OK(fill_text(&f, "nosuch.in", false, &text) != NULL, "so is a template that is not there");
	OK(!fill_file(&f, "t.in", "deep/er/file", 0600), "into the tree");
	SAME_SPAN(
	    content("deep/er/file"), SPAN_LIT("# SPDX-\nother @ 2@A@\n"), "its folders are made");
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	return stat(arena_printf(arena, "%s/%s", folder, name), &st) ? 0 : st.st_mode & 07777;
}

static ino_t
inode_of(const char *name)
{
	struct stat st;

	return stat(arena_printf(arena, "%s/%s", folder, name), &st) ? 0 : st.st_ino;
}

static void
test_tree(void)
{
	const char **names;
	struct span text;
	ino_t inode;
	size_t n;

	umask(077);
	file("one", SPAN_LIT("1\n"));
	umask(022);
	SAME_INT(mode_of("one"), 0644, "the umask is not asked");
	inode = inode_of("one");
	file("one", SPAN_LIT("1\n"));
	SAME_INT(inode_of("one"), inode, "a file that is the same is left alone");
	OK(!tree_write(arena, folder, "one", 0600, SPAN_LIT("1\n")), "another mode");
	SAME_INT(mode_of("one"), 0600, "is no longer the same");
	file("one", SPAN_LIT("2\n"));
	SAME_SPAN(content("one"), SPAN_LIT("2\n"), "other text replaces it");
	OK(access(arena_printf(arena, "%s/one.new", folder), F_OK) != 0,
	    "nothing is left beside it");
	if (symlink("one", arena_printf(arena, "%s/link", folder)))
		abort();
	file("link", SPAN_LIT("3\n"));
	SAME_SPAN(content("one"), SPAN_LIT("2\n"), "a link is replaced, not followed");
	OK(tree_write(arena, folder, "one/two", 0644, SPAN_LIT("x")) != NULL,
	    "a file in the place of a folder is an error");
	OK(tree_read(arena, arena_printf(arena, "%s/one", folder), 1, &text) != NULL,
	    "too large is an error");
	OK(tree_read(arena, folder, 100, &text) != NULL, "a folder is no file");
	file(".hidden.conf", SPAN_LIT(""));
	file("b.conf", SPAN_LIT(""));
	file("a.conf", SPAN_LIT(""));
	OK(!tree_list(arena, folder, ".conf", &names, &n), "a list");
	OK(n == 2 && !strcmp(names[0], "a.conf") && !strcmp(names[1], "b.conf"),
	    "sorted, without hidden files and others");
	OK(tree_list(arena, "nosuch", ".conf", &names, &n) != NULL,
	    "of a folder that is not there");
	OK(!tree_write_new(arena, arena_printf(arena, "%s/new", folder), 0600, SPAN_LIT("x")),
	    "a new file");
	OK(tree_write_new(arena, arena_printf(arena, "%s/new", folder), 0600, SPAN_LIT("y")) !=
		NULL,
	    "is not written over");
	SAME_SPAN(content("new"), SPAN_LIT("x"), "and stays");
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

int
main(void)
{
	arena = arena_new();
	if (!mkdtemp(folder))
		return 1;
	test_fill();
	test_tree();
	nftw(folder, remove_one, 10, FTW_DEPTH | FTW_PHYS);
	arena_free(arena);
	return tap_end();
}
