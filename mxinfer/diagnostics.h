/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diagnostics - what was wrong with the input: counted by cause, the first few of each shown with
 * file and line. */
#ifndef EMT_MXINFER_DIAGNOSTICS_H
#define EMT_MXINFER_DIAGNOSTICS_H

#include "mxinfer/facts.h"

struct diagnostics {
	bool strict; /* the first fault ends the run */
	uint64_t counts[FACT_BAD_N];
	bool fatal; /* strict, and there was one; it was reported */
};

/* One record, or a part of one.  `what` is shown cut and made safe. */
void diagnostics_add(
    struct diagnostics *d, const char *file, uint64_t line, enum fact_bad cause, struct span what);

/* "columns", ...: what a count is called in the metadata. */
const char *diagnostics_name(enum fact_bad cause);

/* Is it a fault of the input?  A record of another kind is none. */
bool diagnostics_is_fault(enum fact_bad cause);

/* One line for each cause that has more than was shown. */
void diagnostics_summary(const struct diagnostics *d);

#endif
