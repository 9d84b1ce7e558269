/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip - IPv4 and IPv6 addresses, ranges of them, and their names in the DNS.
 *
 * Strict: four decimal numbers without leading zeros, or RFC 4291 section 2.2 without a zone.  An
 * IPv4-mapped address (::ffff:192.0.2.1) is the IPv4 address that it stands for, so nobody gets
 * past a rule about one by writing the other. */
#ifndef EMT_IP_H
#define EMT_IP_H

#include "base/span.h"

enum {
	IP_TEXT_MAX = 46,    /* octets of an address as text, NUL included */
	IP_REVERSED_MAX = 64 /* of its octets or nibbles reversed, NUL included */
};

struct ip {
	bool v6;
	unsigned char octets[16]; /* network order; the first four of IPv4, the rest is zero */
};

/* False if s is no address. */
bool ip_read(struct span s, struct ip *ip) __attribute__((warn_unused_result));

/* The canonical form (RFC 5952). */
const char *ip_text(const struct ip *ip, char out[IP_TEXT_MAX]);

/* What stands before in-addr.arpa, ip6.arpa (RFC 3596 section 2.5) or the name of a DNS block list
 * (RFC 5782 section 2): "1.2.0.192", or 32 nibbles. */
const char *ip_reversed(const struct ip *ip, char out[IP_REVERSED_MAX]);

bool ip_eq(const struct ip *a, const struct ip *b);

/* Is it one that no other host can be reached by: unspecified, loopback, link-local, multicast,
 * broadcast, reserved (RFC 6890)?  Private ones are not. */
bool ip_is_no_host(const struct ip *ip);

struct ip_range {
	struct ip first;
	unsigned bits; /* of the prefix */
};

/* Reads ADDRESS/BITS, or ADDRESS alone.  NULL, or what is wrong with it and the mend. */
const char *ip_range_read(struct span s, struct ip_range *range)
    __attribute__((warn_unused_result));
bool ip_range_has(const struct ip_range *range, const struct ip *ip);

#endif
