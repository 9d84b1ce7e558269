/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger_site - whose ledger is attached: one belongs to one site and one token_secret
 * (schema/ledger.sql), and what another's says of our tokens is wrong. */
#ifndef EMT_REPORT_LEDGER_SITE_H
#define EMT_REPORT_LEDGER_SITE_H

#include "report/store.h"

/* The site that a program works for. */
struct ledger_owner {
	const char *domain;       /* NULL: not set */
	const char *token_secret; /* NULL: not known here, as on the hosts */
};

/* Of the database that is attached as "ledger".  `index`: also whether the index was made with it,
 * which is written down the first time.  NULL, or what is wrong and the mend. */
const char *ledger_site_check(struct arena *a, struct store *s, const char *path,
    const struct ledger_owner *owner, bool index) __attribute__((warn_unused_result));

#endif
