/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forget_days - lines taken out of daily files (YYYY-MM-DD.jsonl) that a job adds to.
 *
 * A job that follows a log (emt-sessions, emt-queries) owns its folder, notes sizes of these files,
 * and takes back lines after a kill (io/dayfiles.h).  So its lock is taken for as long as the
 * folder is worked on, and what a killed run left is taken back first; then files may become
 * shorter.  A file is replaced whole, with its owner and mode. */
#ifndef EMT_FORGET_DAYS_H
#define EMT_FORGET_DAYS_H

#include "io/follow_state.h"
#include "probe/traces.h"

struct forget_days {
	struct arena *a;
	const char *dir;
	int dir_fd;
	bool dry_run;
	struct traces *traces;
	struct follow_state state; /* of the job; dir NULL: it has none */
	size_t lines_n, kept_n;    /* deleted, and of those files kept */
};

/* Is it the name of a daily file? */
bool forget_days_is_name(const char *name);

/* Takes the lock of the job that the folder belongs to, if there is one.  False: reported; try
 * again later. */
bool forget_days_lock(struct forget_days *f) __attribute__((warn_unused_result));
void forget_days_unlock(struct forget_days *f);

/* Adds the ids of the sessions in such a file that have traces: later lines know them by these. */
bool forget_days_learn(struct forget_days *f, const char *name) __attribute__((warn_unused_result));

/* Deletes the lines with traces, and counts them.  False: reported, and the file is as it was. */
bool forget_days_clean(struct forget_days *f, const char *name) __attribute__((warn_unused_result));

#endif
