/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tree - whole small files: templates and test cases read, the rendered tree written.
 *
 * A file is written beside its place and moved there, so that a server which reloads meanwhile
 * finds the old one or the new one.  Files that are the same already are left alone, with their
 * time. */
#ifndef EMT_TREE_H
#define EMT_TREE_H

#include <sys/types.h>

#include "base/arena.h"

/* Reads a file of at most `max` octets.  NULL, or "PATH: what" from the arena. */
const char *tree_read(struct arena *a, const char *path, size_t max, struct span *text)
    __attribute__((warn_unused_result));

/* Writes DIR/PATH with the given mode; the folders above it are made (0755).  PATH is relative and
 * ours.  NULL, or "PATH: what". */
const char *tree_write(struct arena *a, const char *dir, const char *path, mode_t mode,
    struct span text) __attribute__((warn_unused_result));

/* Writes a file that must not be there yet, whole or not at all. */
const char *tree_write_new(struct arena *a, const char *path, mode_t mode, struct span text)
    __attribute__((warn_unused_result));

/* The names in a folder that end in `suffix` and begin with no dot, sorted; a missing folder is an
 * error.  NULL, or "PATH: what". */
const char *tree_list(struct arena *a, const char *dir, const char *suffix, const char ***names,
    size_t *n) __attribute__((warn_unused_result));

#endif
