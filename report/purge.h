/* SPDX-License-Identifier: GPL-3.0-or-later */
/* purge - deletes what is older than retention_days: emt-report purge (METHOD 8).
 *
 * Mails and their records, sessions, queries; mails of tokens that the ledger does not know, and
 * those of the flavours spam and all, after PURGE_UNKNOWN_DAYS.  Without a ledger no token is
 * unknown, nor with one that knows none of all mails' tokens, not even as one of somebody who was
 * forgotten: it is likely to be of another pool, and what is deleted does not come back.  The age
 * of a mail is what its record says of its arrival, of one without record the time of its file; a
 * day's file goes when its last second is too old; sessions' own files by the seconds in their
 * names, which are ours.  Health records tell of nobody and stay.  The index, if one is named,
 * loses the same.
 *
 * What other programs may be writing is of today: it is not touched. */
#ifndef EMT_REPORT_PURGE_H
#define EMT_REPORT_PURGE_H

#include <stdint.h>

#include "base/arena.h"
#include "report/ledger_site.h"

enum { PURGE_UNKNOWN_DAYS = 7 };

struct purge_params {
	const char *db, *share, *ledger; /* or NULL */
	struct ledger_owner owner;       /* whom the ledger must belong to */
	bool dry_run;
	int64_t retention_days, now_utc;
};

/* The exit code.  Prints on standard output what was deleted, a line for each folder. */
int purge_run(struct arena *a, const struct purge_params *params, char *const *dirs, int dirs_n);

#endif
