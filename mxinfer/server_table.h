/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server_table - what the name of a server tells of it: a provider's own mail server, or a machine
 * that one of its customers rents (a VPS).
 *
 * A table file (table_file.h; tables/servers.conf is ours) has for each domain its rules
 *	domain DOMAIN                      * is a wildcard
 *	own|rented|random [CONDITION...]   all of them must hold; without any, it always applies
 * tried from the top: the first that applies decides; if none does, nothing is known.  `random` is
 *a name that says nothing, which providers give to rented machines.  The domain of a name is the
 * longest end of it, by whole labels, that is in the table.  Conditions:
 *	has:X          what stands before the domain contains X; X that contains the domain is
 *looked for in the whole name begins:X       the name begins with X is:X           it is X
 *	four-numbers   the first label is four numbers of 0 to 255, with hyphens between
 *	three-dashes:X the first label begins with X and has exactly three hyphens
 *	greeting       the name is from a banner or an answer to EHLO, not from a certificate
 * A domain that a later file has again is the later one's. */
#ifndef EMT_MXINFER_SERVER_TABLE_H
#define EMT_MXINFER_SERVER_TABLE_H

#include "mxinfer/table_file.h"

enum server_kind {
	SERVER_UNKNOWN,
	SERVER_OWN,
	SERVER_RENTED, /* random names, too */
};

struct server_table;

struct server_table *server_table_new(struct arena *a);

/* NULL, or "FILE:LINE: what, and the mend". */
const char *server_table_read(struct server_table *t, const char *path, int64_t *date_utc)
    __attribute__((warn_unused_result));

enum server_kind server_kind(const struct server_table *t, struct span name, bool greeting);

/* As MX Inference has it (--compat): domains are tried in the order of the table, and are anywhere
 * in the name, as is what `has` looks for; from 180r.com on every name is an own server's. */
enum server_kind server_kind_compat(const struct server_table *t, struct span name, bool greeting);

#endif
