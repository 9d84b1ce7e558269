/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first octet chooses the type that was asked for, the rest is the message, about example.com.
 */
#include <stdlib.h>

#include "dns/dns_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int types[] = {DNS_MX, DNS_TXT, DNS_A, DNS_AAAA, DNS_TLSA, DNS_DS, DNS_DNSKEY,
	    DNS_SRV, DNS_CNAME, DNS_SOA, DNS_PTR, DNS_SPF};
	struct arena *a = arena_new();
	struct dns_result r = {.name = "example.com", .rcode = -1};
	struct span wire;
	size_t shown = 0;

	if (size) {
		r.type = types[data[0] % (sizeof types / sizeof *types)];
		wire = (struct span){(const char *)data + 1, size - 1};
		dns_wire_head(wire);
		dns_wire_echoes(wire, dns_wire_query(a, r.name, r.type, 1, false));
		dns_wire_read(a, wire, &r);
		for (size_t i = 0; i < r.answer_n; i++)
			shown += strlen(r.answer[i]);
		/* What every reader relies on. */
		if ((r.outcome == DNS_OK) != (r.answer_n > 0) || r.answer_n > DNS_ANSWER_MAX ||
		    !dns_result_text(a, dns_result_copy(a, &r)) || shown > (size_t)64 * 65536)
			abort();
	}
	arena_free(a);
	return 0;
}
