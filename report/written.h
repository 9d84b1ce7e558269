/* SPDX-License-Identifier: GPL-3.0-or-later */
/* written - the names of the files that a report is made of, as the file that marks it lists them:
 * whatever else lies in its folder is somebody else's. */
#ifndef EMT_REPORT_WRITTEN_H
#define EMT_REPORT_WRITTEN_H

#include "base/arena.h"
#include "base/buf.h"

#define WRITTEN_MARK ".emt-report"

enum { WRITTEN_MAX = 256 << 20 /* octets of the mark: millions of sets */ };

struct written {
	struct arena *a;
	const char **names; /* from the report's folder: "sets/x.html" */
	size_t n, room;
	bool sorted;
};

void written_add(struct written *w, const char *name);
bool written_has(struct written *w, const char *name);

/* The text of the mark. */
void written_put(struct written *w, struct buf *out);

/* Adds the names that the mark of a folder lists.  NULL, or "PATH: what". */
const char *written_read(struct written *w, const char *folder) __attribute__((warn_unused_result));

#endif
