/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_message - the facts of a DNS message that a name server got or sent (RFC 1035 section 4, RFC
 * 6891), whoever made it.
 *
 * Facts come in the order in which the message has them, so one that is broken further behind still
 * tells what stands before.  Untrusted: no octets do more than set `is_malformed`. */
#ifndef EMT_DNS_MESSAGE_H
#define EMT_DNS_MESSAGE_H

#include <stdint.h>

#include "base/ip.h"
#include "dns/dns_qname.h"

enum { DNS_OPTIONS_MAX = 16 }; /* EDNS options whose codes are kept */

struct dns_message {
	uint16_t id;
	uint8_t opcode;
	uint16_t rcode; /* 12 bits with EDNS */
	bool is_answer, aa, tc, rd, ra, ad, cd;
	bool is_malformed; /* something behind the header does not fit, or is cut off */

	struct dns_qname name; /* n == 0: no question */
	uint16_t type, class;

	bool has_edns, wants_dnssec; /* wants_dnssec: the DO flag */
	uint8_t edns_version;
	uint16_t edns_size;
	uint16_t options[DNS_OPTIONS_MAX]; /* codes, in their order */
	size_t options_n;
	struct dns_subnet { /* RFC 7871 */
		bool is_there;
		struct ip ip;
		uint8_t source, scope; /* bits */
	} subnet;
};

/* False: shorter than a header; *m is zeroed. */
bool dns_message_read(struct span wire, struct dns_message *m) __attribute__((warn_unused_result));

/* "MX", "TYPE65280"; the numbers of such text, or -1. */
void dns_type_put(struct buf *out, uint16_t type);
int dns_type_read(struct span text);

/* "IN", "CLASS42". */
void dns_class_put(struct buf *out, uint16_t class);
int dns_class_read(struct span text);

#endif
