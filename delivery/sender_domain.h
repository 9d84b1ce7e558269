/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sender_domain - the domain whose DNS tells about the sender of a mail.
 *
 * As in the ATC toolchain it is the domain of the From field, which is what DMARC asks about and
 * what people see, not the envelope's, which is often a bounce handler's.  Unlike there it is the
 * first of several addresses (RFC 5322 section 3.6.2 allows them), and the envelope sender's domain
 * stands in if From has none. */
#ifndef EMT_SENDER_DOMAIN_H
#define EMT_SENDER_DOMAIN_H

#include "base/span.h"

/* The domain of the first address in the unfolded text of a From field, or of one bare address; p
 * == NULL: none.  It is the stranger's text and may be no name at all. */
struct span address_domain(struct span text);

/* Is it a name that can be looked up on the Internet: two labels at least, and no address? */
bool is_internet_name(struct span domain);

/* p == NULL: neither has a domain that is_internet_name.  Either text may have p == NULL. */
struct span sender_domain(struct span from, struct span envelope_sender);

#endif
