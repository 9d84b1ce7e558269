/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture file: its records, and the packets in them down to DNS. */
#include <stdint.h>
#include <stdlib.h>

#include "queryparse/dnspackets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take(void *state, const struct query *q)
{
	(void)state;
	if (q->time_us < 0 || !q->client.is_known || !q->server.is_known)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = {(const char *)data, size};
	struct capture c;
	struct dnspackets *d;

	if (!capture_begin(&c, rest))
		return 0;
	d = dnspackets_new(take, NULL);
	while (rest.n && !c.is_broken) {
		uint64_t n = capture_record_size(&c, rest);
		struct capture_packet p;
		struct span record = rest;

		if (!n || n > rest.n)
			break;
		record.n = (size_t)n;
		rest = span_from(rest, (size_t)n);
		if (capture_read(&c, record, &p) != CAPTURE_PACKET)
			continue;
		if (p.octets.n > record.n || p.time_us < 0)
			abort();
		dnspackets_add(d, &p);
	}
	dnspackets_free(d);
	return 0;
}
