/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of a query log. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "queryparse/query_json.h"
#include "queryparse/querylog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct subject nothing;
	struct span line = {(const char *)data, size}, when;
	struct query q;
	struct stamp stamp;
	struct buf out;
	bool is_lookalike;

	if (!querylog_read(line, &when, &q, &is_lookalike))
		return 0;
	if (!stamp_parse(when, &stamp) || when.p != line.p)
		abort();
	q.time_us = 0;
	buf_init(&out, 1 << 20);
	query_json_put(&out, &q, &nothing, "00000000000000000000000000000000", NULL);
	if (out.overflow || !utf8_valid(buf_span(&out)) || memchr(out.p, '\n', out.n - 1))
		abort();
	buf_free(&out);
	return 0;
}
