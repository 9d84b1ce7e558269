/* SPDX-License-Identifier: GPL-3.0-or-later */
/* purge_index - what purge needs of databases: the tokens that the ledger knows, and the rows of
 * the index that are too old. */
#ifndef EMT_REPORT_PURGE_INDEX_H
#define EMT_REPORT_PURGE_INDEX_H

#include "report/purge.h"

struct purge_tokens;

/* NULL, or what is wrong with the ledger. */
const char *purge_tokens_open(struct arena *a, const char *ledger, struct purge_tokens **tokens)
    __attribute__((warn_unused_result));
void purge_tokens_close(struct purge_tokens *t); /* NULL is fine */

/* Tokens of participants, and of those who were forgotten: their mail is emt-probe's to delete. */
bool purge_tokens_have(struct purge_tokens *t, struct span token);

/* Deletes the rows.  NULL, or what is wrong with the index. */
const char *purge_index(struct arena *a, const struct purge_params *params)
    __attribute__((warn_unused_result));

#endif
