/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resolver_table - whose the addresses are that asked our name servers (schema/index.sql, table
 * resolver): those whose AS is known.  All others stand for themselves.
 *
 * Names of resolvers are not asked for, so there is no registered domain as there is of clients. */
#ifndef EMT_REPORT_RESOLVER_TABLE_H
#define EMT_REPORT_RESOLVER_TABLE_H

#include "report/client_table.h"

/* Every address in the table of queries gets its operator anew.  Within a transaction. */
void resolver_table_apply_as(struct store *s, const struct client_as *as);

/* Drops addresses that no query is from any more.  Within a transaction. */
void resolver_table_tidy(struct store *s);

#endif
