/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client_table - the clients of the index: an address and the name that was confirmed for it, and
 * whose they are (METHOD 1).
 * Where the operator of a known client changes, what is derived from it is marked as out of date
 * (derive.h).
 *
 * The operator is the organisational domain of the name (public_suffix.h), or the name where that
 * has none.  An address that has a name at another time is that name's; one that never has is its
 * AS's, if somebody knows it, or stands for itself. */
#ifndef EMT_REPORT_CLIENT_TABLE_H
#define EMT_REPORT_CLIENT_TABLE_H

#include "base/ip.h"
#include "dns/public_suffix.h"
#include "report/store.h"

struct client_table;

/* The AS of an address; 0: not known. */
struct client_as {
	uint32_t (*find)(void *state, const struct ip *address);
	void *state;
};

/* `suffixes` may be NULL: then each name is its own operator.  All are borrowed. */
struct client_table *client_table_new(
    struct store *s, const struct public_suffixes *suffixes, const struct client_as *as);
void client_table_free(struct client_table *t);

/* The number of the client; 0: `address` is no IP address.  `name` is what was confirmed, "unknown"
 * or empty if nothing was.  Within a transaction. */
int64_t client_table_id(struct client_table *t, struct span address, struct span name);

/* A table of AS was given: all addresses get their AS anew, and those without names their
 * operators.  Within a transaction. */
void client_table_apply_as(struct client_table *t);

#endif
