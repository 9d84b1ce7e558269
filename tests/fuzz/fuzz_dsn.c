/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Returned mails: anybody can send one to a participant. */
#include <stdint.h>
#include <stdlib.h>

#include "mail/dsn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(struct span s, size_t max)
{
	size_t sum = 0;

	if (s.n > max)
		abort();
	/* Every octet may be read. */
	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
	if (sum > s.n * 255)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct dsn d = dsn_read(a, (struct span){(const char *)data, size});

	if (d.recipients_n > DSN_RECIPIENTS_MAX || (d.form == DSN_NONE && d.recipients_n))
		abort();
	for (size_t i = 0; i < d.recipients_n; i++) {
		const struct dsn_recipient *to = &d.recipients[i];

		if ((unsigned)to->action >= DSN_ACTIONS_N || (!to->final.p && !to->original.p))
			abort();
		check(to->final, DSN_TEXT_MAX);
		check(to->original, DSN_TEXT_MAX);
		check(to->diagnostic, DSN_TEXT_MAX);
		check(to->remote_mta, DSN_TEXT_MAX);
		check(to->status, 11);
	}
	check(dsn_returned_address(a, &d, SPAN_LIT("To")), size);
	arena_free(a);
	return 0;
}
