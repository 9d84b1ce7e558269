/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answers - writes the answer of every domain of a run, in the order of the input, and adds up the
 * shares on the way. */
#ifndef EMT_MXINFER_ANSWERS_H
#define EMT_MXINFER_ANSWERS_H

#include "mxinfer/output.h"
#include "mxinfer/shares.h"

struct answers_params {
	const struct inference *in;
	enum output_format format;
	int64_t debug;
	unsigned threads;
	struct shares *shares; /* NULL: not wanted */
};

/* False if something could not be written: errno says why. */
bool answers_write(const struct answers_params *params, FILE *out)
    __attribute__((warn_unused_result));

#endif
