/* SPDX-License-Identifier: GPL-3.0-or-later */
/* site_sign - `emt-site sign`: keys, signatures and DS records of every zone of a rendered tree.
 *
 * The key of a zone lies with the machine that serves it, MACHINE/etc/emt/keys, so that the machine
 * can sign again from cron, alone: beside each zone file lie the DS records of the zones below it
 * (CHILD.ds).  DS records for other people's zones go to owner/ORIGIN.ds.  Running it again, at any
 * time, is how signatures are renewed: keys stay, and so do the DS records. */
#ifndef EMT_SITE_SIGN_H
#define EMT_SITE_SIGN_H

#include <stdio.h>

#include "plan/plan.h"

#define SITE_KEYS "etc/emt/keys" /* below a machine's folder; mode 0700 */

struct site_sign {
	const struct plan *plan;
	const char *dir;     /* the tree; with `machine`: that machine's own root folder */
	const char *machine; /* sign its zones alone; NULL: the whole tree */
	int64_t now_utc, validity_s;
	FILE *out; /* one line for each zone; NULL: silent */
};

/* NULL, or one line "FILE: what, and the mend" from the arena; zones signed by then stay. */
const char *site_sign(struct arena *a, const struct site_sign *job)
    __attribute__((warn_unused_result));

/* Where things of a machine or zone are: DIR/MACHINE/..., or DIR/... with `machine`. */
const char *site_sign_path(struct arena *a, const struct site_sign *job, const char *path_in_tree);

#endif
