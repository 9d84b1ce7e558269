/* SPDX-License-Identifier: GPL-3.0-or-later */
/* taglist - "tag=value; tag=value" as DKIM-Signature, DomainKey-Signature, DKIM keys and DMARC
 * records hold it (RFC 6376 section 3.2).  Spans borrow the text; it is a stranger's. */
#ifndef EMT_TAGLIST_H
#define EMT_TAGLIST_H

#include "base/span.h"

struct tag {
	struct span name, value; /* blanks and line ends around them are cut off */
};

/* Takes the next tag off *rest; false at the end.  A piece without "=" is a tag with value.p ==
 * NULL; the last tag needs no semicolon behind it. */
bool taglist_next(struct span *rest, struct tag *tag);

/* The value of the first tag of that name (case matters, RFC 6376 3.2), or p == NULL. */
struct span taglist_find(struct span list, struct span name);

#endif
