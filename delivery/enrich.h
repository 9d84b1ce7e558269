/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich - completes pending records of all three flavours: all there are, one, or each as it
 * arrives.
 *
 * A record is read whole, completed (enrich_mail.h), and replaced whole: a kill at any time leaves
 * it pending or done.  What is not a pending record mail/1 is left alone, whatever it is; a record
 * of wrong types gets a line in the log.  A folder is one enricher's at a time. */
#ifndef EMT_ENRICH_H
#define EMT_ENRICH_H

#include "base/settings.h"
#include "dns/dns.h"
#include "io/notify.h"

enum enrich_mode { ENRICH_DAEMON, ENRICH_ONCE, ENRICH_FILE };

struct enrich_params {
	const struct settings *settings;
	struct loop *loop;
	struct dns *dns_own; /* taken over, and freed at the end */
	enum enrich_mode mode;
	const char *file;                /* ENRICH_FILE */
	bool progress;                   /* ENRICH_ONCE: show on standard error how far it is */
	const struct notify_env *notify; /* ENRICH_DAEMON */
};

/* An exit code: 0; 65 if `file` is no record; 75 if something could not be read or written; 78 if a
 * setting is wrong or, for ENRICH_ONCE, if there is no folder of records. */
int enrich(const struct enrich_params *p);

#endif
