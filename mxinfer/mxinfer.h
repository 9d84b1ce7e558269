/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mxinfer - what emt-mxinfer does: reads facts, finds providers, writes answers; or counts, and
 * adds counts up, so that the same can be done in parts (emt-mxinfer.1). */
#ifndef EMT_MXINFER_MXINFER_H
#define EMT_MXINFER_MXINFER_H

#include "base/option.h"
#include "mxinfer/identify.h"

struct mxinfer_params {
	struct identify_options options;
	const char *load_data_from_path, *input, *output, *metadata, *model, *shares, *explain,
	    *psl, *roots, *share;
	struct option_list providers, patterns, as;
	int64_t format; /* enum output_format */
	int64_t debug, jobs, max_field;
	int64_t map_id_to_company; /* 0: True, 1: False */
	int64_t now_utc;           /* 0: the clock's */
	int64_t to;                /* enum convert_to; -1: not given */
	bool implicit, strict, raw, verify;
};

/* argv[0 .. operands_n-1]: a command, if the first is one, and files.  The exit code. */
int mxinfer_run(struct arena *a, struct mxinfer_params *params, char **operands, int operands_n);

#endif
