/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dirwatch - files that appear in folders, as inotify(7) tells it.
 *
 * A file appears when its name does: by link(2), rename(2) or creation.  Files that are written
 * under their name are told of too early, so put them in place by link or rename.  Names that begin
 * with a dot are not told of, nor is a rename from `own` within the folder: that is how this
 * program itself replaces a file (spool.h). */
#ifndef EMT_DIRWATCH_H
#define EMT_DIRWATCH_H

#include "io/loop.h"

struct dirwatch;

struct dirwatch_events {
	/* `folder` is what dirwatch_add was given. */
	void (*appeared)(void *arg, void *folder, const char *name);
	/* The kernel has dropped events: anything may have appeared in any of the folders. */
	void (*overflowed)(void *arg);
};

enum { DIRWATCH_FOLDERS_MAX = 8 };

/* `events` and `own` are borrowed.  NULL, with errno, if the kernel gives no inotify descriptor. */
struct dirwatch *dirwatch_new(
    struct loop *l, const char *own, const struct dirwatch_events *events, void *arg);
void dirwatch_free(struct dirwatch *w); /* NULL is fine; before the loop */

/* Watches an open folder; false, with errno, if that cannot be.  Its events come until
 * dirwatch_remove. */
bool dirwatch_add(struct dirwatch *w, int dir_fd, void *folder);
void dirwatch_remove(struct dirwatch *w, void *folder);

#endif
