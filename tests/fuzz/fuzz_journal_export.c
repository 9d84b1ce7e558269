/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's export form, in lines of which some come cut: what an entry is made of lies within
 * what was read, and is bounded. */
#include <stdint.h>
#include <stdlib.h>

#include "sessionparse/journal_export.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUT = 200 }; /* octets of a line; lib/io/lines cuts later */

static void
check_part(const struct journal_export *j, struct span part)
{
	if (part.n > JOURNAL_FIELD_MAX)
		abort();
	if (part.n && (part.p < j->text.p || part.p + part.n > j->text.p + j->text.room))
		abort();
}

static void
check(const struct journal_export *j, enum journal_st st, const struct logline *l)
{
	if (st != JOURNAL_ENTRY)
		return;
	check_part(j, l->text);
	check_part(j, l->tag);
	check_part(j, l->host);
	check_part(j, l->when);
	if (l->pid < 0 || !l->tag.n)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = {(const char *)data, size};
	struct journal_export j;
	struct logline l;

	journal_export_init(&j);
	while (rest.n) {
		struct span line = span_cut(&rest, '\n');
		uint64_t octets = line.n + (rest.p != NULL);

		line.n = line.n < CUT ? line.n : CUT;
		check(&j, journal_export_line(&j, line, octets, &l), &l);
	}
	check(&j, journal_export_end(&j, &l), &l);
	journal_export_free(&j);
	return 0;
}
