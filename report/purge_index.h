/* SPDX-License-Identifier: GPL-3.0-or-later */
/* purge_index - what purge needs of databases: the tokens that the ledger knows, and the rows of
 * the index that are too old. */
#ifndef EMT_REPORT_PURGE_INDEX_H
#define EMT_REPORT_PURGE_INDEX_H

#include "report/purge.h"

struct purge_tokens;

/* Of params->ledger; NULL, or what is wrong with it. */
const char *purge_tokens_open(struct arena *a, const struct purge_params *params,
    struct purge_tokens **tokens) __attribute__((warn_unused_result));
void purge_tokens_close(struct purge_tokens *t); /* NULL is fine */

/* Is it a token of a participant?  Those of somebody who was forgotten are not, so that their mail
 * goes as soon as mail of unknown ones. */
bool purge_tokens_have(struct purge_tokens *t, struct span token);

/* Was it ever given to anybody, be he forgotten? */
bool purge_tokens_gave(struct purge_tokens *t, struct span token);

/* Deletes the rows.  NULL, or what is wrong with the index. */
const char *purge_index(struct arena *a, const struct purge_params *params)
    __attribute__((warn_unused_result));

#endif
