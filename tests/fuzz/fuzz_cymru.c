/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TXT record about an address, as a stranger may have written it. */
#include <stdlib.h>

#include "mxinfer/scan/cymru.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cymru_origin o;

	if (!cymru_read((struct span){(const char *)data, size}, &o))
		return 0;
	/* What every reader relies on. */
	if (!o.as_n || o.as_n > CYMRU_AS_MAX || o.prefix.bits > (o.prefix.first.v6 ? 128u : 32u) ||
	    !ip_range_has(&o.prefix, &o.prefix.first))
		abort();
	for (size_t i = 0; i < o.as_n; i++)
		if (!o.as[i] || (i && o.as[i] <= o.as[i - 1]))
			abort();
	return 0;
}
