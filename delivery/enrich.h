/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich - finds the pending records of all three flavours and completes each (enrich_mail.h).
 *
 * A record is read whole, completed, and replaced whole: a kill at any time leaves it pending or
 * done. What is not a pending record mail/1 is left alone, whatever it is; a record of wrong types
 * gets a line in the log.  A folder is one enricher's at a time (flock(2) on the folder). */
#ifndef EMT_ENRICH_H
#define EMT_ENRICH_H

#include "base/settings.h"
#include "dns/dns.h"

enum { ENRICH_RECORD_MAX = 16 * 1024 * 1024 }; /* octets of a record; emt-deliver's are smaller */

struct enrich_params {
	const struct settings *settings;
	struct loop *loop;
	struct dns *dns;
	const char *file; /* this record alone; NULL: all pending ones */
	bool progress;    /* show on standard error how far it is */
};

/* An exit code: 0; 65 if `file` is no record; 75 if something could not be read or written; 78 if
 * there is no folder of records. */
int enrich(const struct enrich_params *p);

#endif
