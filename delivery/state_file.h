/* SPDX-License-Identifier: GPL-3.0-or-later */
/* state_file - one small file that several processes change, each change whole (io/spool.h) and
 * under a lock: lock, read, replace, unlock.
 *
 * The folder is made when it is first needed.  What root makes belongs to the owner of the folder
 * around it, so that a run by hand does not lock out those that follow.  The lock is a hidden file
 * beside the other; nobody holds it for longer than a change takes. */
#ifndef EMT_STATE_FILE_H
#define EMT_STATE_FILE_H

#include <stdbool.h>

#include "base/buf.h"

struct state_file {
	const char *dir, *name; /* borrowed */
	int dir_fd;             /* -1: not open */
	int lock_fd;            /* -1: not locked */
};

void state_file_init(struct state_file *f, const char *dir, const char *name);
void state_file_close(struct state_file *f);

/* False, with errno, if the folder or the lock cannot be had.  Waits for who holds it. */
bool state_file_lock(struct state_file *f) __attribute__((warn_unused_result));
void state_file_unlock(struct state_file *f); /* harmless without a lock */

/* The following ones under the lock; false: errno says why. */

/* Adds the file's bytes to text; nothing if there is no such file.  Over the limit of text they
 * are cut, and `overflow` says so. */
bool state_file_read(const struct state_file *f, struct buf *text)
    __attribute__((warn_unused_result));
bool state_file_replace(const struct state_file *f, struct span text)
    __attribute__((warn_unused_result));

#endif
