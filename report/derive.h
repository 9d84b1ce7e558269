/* SPDX-License-Identifier: GPL-3.0-or-later */
/* derive - the tables that follow from the others: who delivered mail of a set (set_sender), and
 * the sessions at cases' own addresses that named no recipient, by operator (bare).
 *
 * At the end of a run they are brought up to date with the rows that were added, or made anew if
 * something that they rest on changed: the ledger, the operator of a client, a purge.  What is
 * remembered (table memory): `renew`, and the last rows looked at. */
#ifndef EMT_REPORT_DERIVE_H
#define EMT_REPORT_DERIVE_H

#include "report/store.h"

/* What follows from the rows must be made anew; within a transaction, with the change. */
void derive_renew(struct store *s);

/* Brings the tables up to date. */
void derive_update(struct store *s);

/* Numbers that are remembered; 0: nothing is. */
int64_t memory_get(struct store *s, const char *key);
void memory_set(struct store *s, const char *key, int64_t value);

#endif
