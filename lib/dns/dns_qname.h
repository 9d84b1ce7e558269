/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_qname - a name as somebody asked for it: any octets (RFC 2181 section 11), any case.
 *
 * Kept as in a message (RFC 1035 section 3.1), uncompressed.  As text an octet that is no printing
 * ASCII is \DDD, and one of . ; ( ) \ has a backslash in front (RFC 4343 section 2.1); there is no
 * dot at the end, and the root is ".". */
#ifndef EMT_DNS_QNAME_H
#define EMT_DNS_QNAME_H

#include "base/buf.h"

enum {
	DNS_QNAME_MAX = 255,    /* octets, the root's included; RFC 1035 section 2.3.4 */
	DNS_QNAME_LABELS = 127, /* without the root */
};

struct dns_qname {
	unsigned char n; /* octets of wire; 0: no name at all */
	unsigned char wire[DNS_QNAME_MAX];
};

/* Reads text, with or without a dot at the end.  BIND and PowerDNS escape more than we do, which is
 * understood.  False: it is no name. */
bool dns_qname_read(struct span text, struct dns_qname *name) __attribute__((warn_unused_result));

/* Appends the text of the name that `wire` is: labels, then the root, which are known to fit. */
void dns_qname_put(struct buf *out, struct span wire);
void dns_qname_put_lower(struct buf *out, struct span wire);

/* ASCII letters in lower case.  No length octet is one: 'A' is 65, and a label has 63 at most. */
void dns_qname_lower(unsigned char *wire, size_t n);

/* The labels of a name, the first one first, without the root; their number. */
size_t dns_qname_labels(struct span wire, struct span labels[DNS_QNAME_LABELS]);

#endif
