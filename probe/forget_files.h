/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forget_files - deletes what has traces in the folders of a site: mails with their records,
 * sessions, lines of daily files.
 *
 * A file goes if its name or anything in it is a trace, and its twin goes with it: the record of a
 * mail, the lines of a session.  What cannot go now is told and counted: logs of name servers that
 * are still read, sessions that emt-sessions still waits with.  Doing it again finds the rest;
 * doing it once more finds nothing. */
#ifndef EMT_FORGET_FILES_H
#define EMT_FORGET_FILES_H

#include <stdio.h>

#include "base/settings.h"
#include "probe/traces.h"

struct forget_files {
	struct arena *a;
	struct traces *traces;
	bool dry_run;
	FILE *out; /* a line for each thing deleted, or that would be */
	size_t files_n, lines_n, left_n;
};

/* False: reported; something could not be read or deleted, or another program is at work. */
bool forget_files_run(struct forget_files *f, const struct settings *settings)
    __attribute__((warn_unused_result));

#endif
