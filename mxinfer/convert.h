/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convert - what readers hand over, written again in a form of our choice: mx-scan/1, or the Python
 * tool's table.
 *
 * Names stay as they stood, and nothing is decided, so that the inference from what was written
 * gives what it gives from what was read.  As mx-scan/1 records stream through: the scan of an
 * address is written when it is first met, and what a row said of an address for its own domain
 * alone becomes a variant of it.  The table joins what belongs together, so all of it is held in
 * memory until the end; what it has no words for is a domain without MX there: one whose MX are not
 * known, and one that is its own, implicit, MX.
 *
 * AS tables (facts of ranges) come first, if there are any: addresses take their numbers from them.
 */
#ifndef EMT_MXINFER_CONVERT_H
#define EMT_MXINFER_CONVERT_H

#include "io/trust.h"
#include "mxinfer/facts.h"

enum convert_to { CONVERT_MX_SCAN, CONVERT_TSV };

struct convert_params {
	enum convert_to to;
	bool raw;                  /* mx-scan/1: certificates as they stood, beside their names */
	const struct trust *trust; /* verifies raw chains; NULL: what records say stands */
	/* Takes whole records. */
	void (*write)(void *state, struct span text);
	/* As facts.bad. */
	void (*bad)(void *state, uint64_t line, enum fact_bad cause, struct span what);
	void *state;
};

/* The facts of one conversion: what a reader is given.  convert_end writes the rest and frees it.
 */
struct facts *convert_new(const struct convert_params *params);
void convert_end(struct facts *f);

/* Adds a MaxMind database to the AS tables.  NULL, or what is wrong with the file. */
const char *convert_add_mmdb(struct facts *f, const char *path) __attribute__((warn_unused_result));

#endif
