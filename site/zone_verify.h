/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone_verify - is a signed zone whole: every signature, every NSEC3 record, and nothing more?
 *
 * Checks what RFC 4035 section 2 and RFC 5155 section 7.1 ask of a signed zone, and what this site
 * asks beyond them: algorithm 13 alone, NSEC3 without opt-out, iterations or salt.  Uses every
 * processor. */
#ifndef EMT_ZONE_VERIFY_H
#define EMT_ZONE_VERIFY_H

#include "site/proof.h"

enum { ZONE_VERIFY_SHOWN = 4 }; /* troubles told; the rest is counted */

struct zone_verified {
	size_t signatures_n;
	int64_t first_expiry_utc; /* the earliest end of a signature; INT64_MAX without any */
	int64_t validity_s;       /* how long that signature was made for */
	size_t troubles_n;
	const char *troubles[ZONE_VERIFY_SHOWN]; /* in a few words each; in no promised order */
};

/* At the time of `p`. */
void zone_verify(const struct proof *p, struct zone_verified *found);

#endif
