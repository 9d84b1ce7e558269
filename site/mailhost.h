/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailhost - a host's Postfix as its files of the tree say: settings, the domains that it takes,
 * and where its aliases lead.  For checks: what is missing is told as a finding. */
#ifndef EMT_MAILHOST_H
#define EMT_MAILHOST_H

#include "site/check.h"
#include "site/maincf.h"

struct mailhost {
	struct check *c;
	const struct plan_host *host;
	const char *path, *master_path; /* of main.cf and master.cf */
	struct maincf main, smtpd;      /* smtpd: the overrides that master.cf has for smtp inet */
	bool has_smtpd;                 /* there is such a service */
	struct span master;
};

/* False, and a finding, if main.cf or master.cf cannot be read. */
bool mailhost_read(struct check *c, const struct plan_host *host, struct mailhost *m);

/* Are both files there? */
bool mailhost_is_there(const struct check *c, const struct plan_host *host);

/* What smtpd goes by: NULL if neither file sets it. */
const char *mailhost_setting(const struct mailhost *m, const char *name);

/* A finding about main.cf. */
void mailhost_say(const struct mailhost *m, const char *what, const char *why, const char *mend);

/* Is mail for that domain taken?  Any list of domains that Postfix has would do. */
bool mailhost_takes(const struct mailhost *m, const char *domain);

/* What alias_maps make of a local part; NULL: nothing. */
const char *mailhost_alias(const struct mailhost *m, const char *local_part);

#endif
