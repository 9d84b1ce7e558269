/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailto - links that open a probe in the participant's own mail program (RFC 6068).
 *
 * One link, so one mail, for each probe in the order of sending; for a set that is all-in-one, one
 * link with all addresses.  Everything but unreserved characters is percent-encoded; as HTML a link
 * is an <a> element, whose attribute and text are escaped. */
#ifndef EMT_MAILTO_H
#define EMT_MAILTO_H

#include "base/buf.h"
#include "probe/ledger.h"

struct mailto {
	const struct ledger_set *set;
	const char *domain, *contact;
	int64_t time_us; /* of the subject ids */
	bool html;
	bool brief; /* without a text, for lines of at most 998 octets */
};

/* A link a line; as HTML a list. */
void mailto_put(struct arena *a, struct buf *out, const struct mailto *m);

/* Appends s with every octet but A-Z a-z 0-9 - . _ ~ as %XX. */
void mailto_encode(struct buf *out, struct span s);

#endif
