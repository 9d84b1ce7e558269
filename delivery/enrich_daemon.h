/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_daemon - completes records as they arrive, until it is told to end.
 *
 * Each folder is read once when it is found, and then watched.  Once a second it is looked whether
 * the folders are still where they were: one that comes later, is replaced, or was another
 * process's is taken up.  If the kernel loses events all folders are read again; if a record could
 * not be read or written its folder is, after ENRICH_RETRY_S.
 *
 * SIGTERM and SIGINT end it at once: what is in flight stays pending, and is found by the next
 * start.  A kill does the same. */
#ifndef EMT_ENRICH_DAEMON_H
#define EMT_ENRICH_DAEMON_H

#include "delivery/enrich_jobs.h"
#include "io/notify.h"

enum {
	ENRICH_LOOK_US = 1000000, /* how often it is looked where the folders are */
	ENRICH_RETRY_S = 60,
};

struct enrich_daemon_params { /* borrowed */
	struct loop *loop;
	struct enrich_jobs *jobs; /* stopped when it is over */
	const char *const *paths; /* ENRICH_FOLDERS_MAX of them */
	const struct notify_env *notify;
};

/* Runs the loop until it is told to end.  An exit code. */
int enrich_daemon(const struct enrich_daemon_params *p);

#endif
