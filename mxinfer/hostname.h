/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostname - names in the one form in which they are compared: lower case, without dots at the end,
 * A-labels.
 *
 * Domains, MX names and the names of certificates are whatever strangers wrote.  What has the
 * octets of a host name may have a registered domain; any other text without blanks and controls is
 * still a name that a row can be about ("smtp/25.example.com"), and nothing more. */
#ifndef EMT_MXINFER_HOSTNAME_H
#define EMT_MXINFER_HOSTNAME_H

#include "base/span.h"

enum { HOSTNAME_MAX = 253 }; /* octets; RFC 1035 section 2.3.4 less lengths */

enum hostname_kind {
	HOSTNAME_NONE, /* empty, too long, blanks, controls, or no UTF-8 */
	HOSTNAME_ROOT, /* "" or "." */
	HOSTNAME_TEXT, /* some text; it has no registered domain */
	HOSTNAME_HOST, /* labels of letters, digits, hyphens and underscores; the first may be "*"
			*/
};

struct hostname {
	char text[HOSTNAME_MAX + 1]; /* with a NUL */
	size_t n;
};

/* Blanks around s do not count. */
enum hostname_kind hostname_read(struct span s, struct hostname *out)
    __attribute__((warn_unused_result));

/* The same without any change but the blanks: as MX Inference compares names (--compat). */
enum hostname_kind hostname_read_as_is(struct span s, struct hostname *out)
    __attribute__((warn_unused_result));

static inline struct span
hostname_span(const struct hostname *h)
{
	return (struct span){h->text, h->n};
}

#endif
