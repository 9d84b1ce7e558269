/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A DNS message of a stranger, and its name as text and back. */
#include <stdint.h>
#include <stdlib.h>

#include "dns/dns_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_message m;
	struct dns_qname again;
	struct buf text;

	if (!dns_message_read((struct span){(const char *)data, size}, &m))
		return 0;
	if (m.options_n > DNS_OPTIONS_MAX || m.rcode > 4095)
		abort();
	if (!m.name.n)
		return 0;
	buf_init(&text, 4 * DNS_QNAME_MAX + 100);
	dns_qname_put(&text, (struct span){(char *)m.name.wire, m.name.n});
	if (text.overflow || !dns_qname_read(buf_span(&text), &again) || again.n != m.name.n ||
	    memcmp(again.wire, m.name.wire, again.n))
		abort();
	buf_clear(&text);
	dns_type_put(&text, m.type);
	if (dns_type_read(buf_span(&text)) != m.type)
		abort();
	buf_free(&text);
	return 0;
}
