/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_wire - DNS messages (RFC 1035 section 4) by way of ldns: questions made, answers turned into
 * results.
 *
 * An answer is a stranger's: no octets, however broken, do more than make the outcome
 * DNS_MALFORMED.  Records count only if they belong to the name asked for, or to where its CNAMEs
 * lead (RFC 1034 section 4.3.2). */
#ifndef EMT_DNS_WIRE_H
#define EMT_DNS_WIRE_H

#include "dns/dns_result.h"

enum { DNS_UDP_SIZE = 1232 }; /* octets that we take over UDP: no fragments (DNS flag day 2020) */

/* A question with recursion desired, EDNS and the DO flag; `name` is canonical. */
struct span dns_wire_query(
    struct arena *a, const char *name, int type, uint16_t id, bool checking_disabled);

/* Fills outcome, rcode, ede, ad, why, ttl_s, answer and wire of r, whose name and type say what was
 * asked. */
void dns_wire_read(struct arena *a, struct span wire, struct dns_result *r);

/* What a back end looks at before it believes a message.  All false if it is shorter than a header.
 */
struct dns_wire_head {
	bool is_answer, truncated, ad;
	int rcode;             /* four bits */
	unsigned additional_n; /* records of the additional section, OPT included */
};
struct dns_wire_head dns_wire_head(struct span wire);

/* Does the answer repeat the question of `query` octet for octet?  That is harder to forge than the
 * id alone. */
bool dns_wire_echoes(struct span wire, struct span query);

#endif
