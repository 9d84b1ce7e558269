/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stand_in - what takes the place of a thing in a report that is published: its kind, and the start
 * of an HMAC-SHA-256 (RFC 2104) under the publisher's key. */
#ifndef EMT_REPORT_STAND_IN_H
#define EMT_REPORT_STAND_IN_H

#include "base/span.h"

enum {
	STAND_IN_OCTETS = 8,                        /* of the HMAC: 64 bits */
	STAND_IN_MAX = 16 + 2 * STAND_IN_OCTETS + 1 /* with a NUL; kinds have 14 letters at most */
};

/* "KIND-0123456789abcdef"; letters of ASCII count the same in both cases.  Returns `out`. */
const char *stand_in(struct span key, const char *kind, struct span thing, char out[STAND_IN_MAX]);

#endif
