/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the golden pairs of test_forms.c do not show of AS tables. */
#include "mxinfer/forms.h"

#include "tests/factlog.h"
#include "tests/tap.h"

int
main(void)
{
	static const struct span text = SPAN_LIT("1.0.0.1\t1.0.0.1\t5\tZZ\ta name as long as this\n"
						 "\n1.0.0.2\t1.0.0.2\t6");
	struct factlog f;
	uint64_t lines;

	factlog_init(&f);
	lines = form_ip2asn.read(&f.facts, text, 10, 30);
	SAME_INT(lines, 3, "lines are counted");
	SAME_INT(f.counts[FACT_BAD_SIZE], 1, "a line over --max-field is a bad row");
	OK(span_ends(buf_span(&f.out), SPAN_LIT("range 12 1.0.0.2-1.0.0.2 as 6\n")),
	    "the next is read");
	factlog_free(&f);
	return tap_end();
}
