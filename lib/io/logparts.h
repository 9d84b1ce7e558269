/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logparts - the files of a rotated log, all open at once, as they were at one moment.
 *
 * The folder is listed before and after they are opened, until both are the same.  So no part can
 * be missed because it was renamed from a name that was not looked at yet to one that was.  Files
 * are opened only: whoever may open them need not be who reads them.
 *
 * Of several names of one file one is kept; of a part that is there packed and not, the latter: it
 * is whole, the other one may be half written.  Symbolic links and what is no regular file are left
 * out. */
#ifndef EMT_LOGPARTS_H
#define EMT_LOGPARTS_H

#include "base/arena.h"
#include "io/rotated.h"

enum {
	LOGPARTS_MAX = 100,         /* files held open; of more, those last written to */
	LOGPARTS_NAMES_MAX = 10000, /* names looked at */
};

struct logpart {
	const char *name; /* without folder */
	struct rotated rotated;
	int fd;
	uint64_t device, inode;
	int64_t size; /* octets on the disk, as it was opened */
	int64_t changed_ns;
};

struct logparts_listing;

struct logparts {
	struct arena *arena;
	void *dir; /* DIR *, readable whoever we are by now */
	struct span log;
	struct logparts_listing *listing;
	struct logpart *v; /* oldest first; the log itself, if it is there, is the last */
	size_t n;          /* at least 1 */
	bool has_log;
};

/* NULL, with errno: as follow_open (follow.h). */
struct logparts *logparts_open(const char *path) __attribute__((warn_unused_result));
void logparts_close(struct logparts *p); /* NULL is fine */

/* The folder still holds the same files under the same names. */
bool logparts_unchanged(struct logparts *p) __attribute__((warn_unused_result));

#endif
