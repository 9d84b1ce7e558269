/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ingest - reads what the hosts recorded into the index: emt-report ingest.
 *
 * Folders are base_dirs (json/, sessions/, queries/, health/, spam/json/, all/json/), or hold one
 * such folder for each host; the folder's name is the host's name in the index.  Only what is new
 * is read: of a daily file the octets behind those read before, of the records of mails those whose
 * file changed.  Each batch is one transaction that holds its rows and how far their files were
 * read, so a run that is killed is simply gone on with.  What is there already is not there twice,
 * and the order in which things are read makes no difference. */
#ifndef EMT_REPORT_INGEST_H
#define EMT_REPORT_INGEST_H

#include "base/option.h"
#include "base/settings.h"

struct ingest_params {
	const char *db, *share;
	const char *ledger;         /* NULL: none */
	struct option_list mailbox; /* mbox files and Maildirs that may hold DSNs */
	struct option_list as;      /* tables of autonomous systems, as_lookup.h */
	bool strict;                /* bad lines make the exit code 65 */
};

/* The exit code. */
int ingest_run(struct arena *a, const struct ingest_params *params, const struct settings *settings,
    char *const *dirs, int dirs_n);

#endif
