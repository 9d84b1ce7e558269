/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One Received field: whatever is found in it lies in it. */
#include <stdint.h>
#include <stdlib.h>

#include "mail/received.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct received r = received_read(text);
	const struct span parts[] = {r.helo, r.hostname, r.address, r.by, r.with, r.id, r.for_addr};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].p &&
		    (parts[i].p < text.p || parts[i].p + parts[i].n > text.p + text.n))
			abort();
	return 0;
}
