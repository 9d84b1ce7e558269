/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration of Postfix: whatever it says, each finding is one line that can be shown. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "sessionparse/config_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct postconf pc;
	struct buf findings;
	size_t found = 0, lines = 0;

	postconf_init(&pc, a);
	buf_init(&findings, 64 << 20);
	if (!postconf_take(&pc, "fuzz", (struct span){(const char *)data, size}))
		found = config_check(&pc, size % 2, &findings);
	for (size_t i = 0; i < findings.n; i++) {
		lines += findings.p[i] == '\n';
		if ((unsigned char)findings.p[i] < ' ' && findings.p[i] != '\n')
			abort();
	}
	if (lines != found || findings.overflow || !utf8_valid(buf_span(&findings)))
		abort();
	buf_free(&findings);
	arena_free(a);
	return 0;
}
