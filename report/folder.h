/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folder - the folder of a report, replaced as a whole: it is made beside its place, and when all
 * of it is on the disk the two change names.  What a crash leaves is the old one, and
 * PATH.new-XXXXXX.
 *
 * A folder that is there is replaced only if it is empty or holds a report and nothing else: a file
 * .emt-report marks it and lists what was written there (written.h), and only that is ever deleted.
 * None is made within a report. */
#ifndef EMT_REPORT_FOLDER_H
#define EMT_REPORT_FOLDER_H

#include <stdio.h>

#include "base/arena.h"

struct folder;

/* NULL, or one line that says what is wrong and the mend. */
const char *folder_begin(struct arena *a, const char *path, struct folder **folder)
    __attribute__((warn_unused_result));

/* Writes a file; "sets/x.html".  The first thing that goes wrong is remembered for folder_end. */
void folder_put(struct folder *f, const char *name, struct span text);

/* One to be written piece by piece; NULL: that went wrong.  The folder closes it. */
enum { FOLDER_STREAMS = 4 };
FILE *folder_stream(struct folder *f, const char *name);

/* Puts the folder into its place, or, if `wanted` is false or something went wrong, takes it away
 * again.  NULL, or what is wrong. */
const char *folder_end(struct folder *f, bool wanted) __attribute__((warn_unused_result));

#endif
