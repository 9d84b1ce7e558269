/* SPDX-License-Identifier: GPL-3.0-or-later */
/* purge_pool - is the ledger that of the mails that lie here?  One of another pool (an old secret,
 * an empty copy) knows none of their tokens, and each of them would look like a stranger's. */
#ifndef EMT_REPORT_PURGE_POOL_H
#define EMT_REPORT_PURGE_POOL_H

#include "report/purge_index.h"

struct purge_pool {
	struct purge_tokens *tokens;
	bool is_known;      /* a token was found that the ledger once gave to somebody */
	uint64_t strange_n; /* records with another one, up to there */
};

/* Looks through the records of mails in a folder until a token is known; one that is missing is
 * empty. */
void purge_pool_look(struct purge_pool *pool, const char *json_dir);

#endif
