/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intake - reads input files of any form into a population.
 *
 * Threads read blocks of a file and turn them into batches of facts; this one applies the batches
 * in the order of the file.  With one thread the same is done in turn.  The population is the same
 * for any number of threads. */
#ifndef EMT_MXINFER_INTAKE_H
#define EMT_MXINFER_INTAKE_H

#include "mxinfer/diagnostics.h"
#include "mxinfer/fact_writer.h"
#include "mxinfer/population.h"

struct intake {
	struct population *population;
	struct diagnostics *diagnostics;
	struct fact_writer_params writer;
	unsigned threads;
	size_t max_field;
	bool tables_only;              /* files of other forms than ip2asn and pfx2as are of none */
	struct intake_worker *workers; /* one for each thread that reads */
	size_t workers_n;
	const char *file; /* the one being read, and the line that the current batch begins with */
	uint64_t line;
	uint64_t octets, records_lines; /* read in all: octets unpacked; lines */
};

enum intake_st {
	INTAKE_OK,
	INTAKE_NO_FILE, /* it cannot be opened: errno */
	INTAKE_NO_FORM, /* nobody knows its form, or no form has that name */
	INTAKE_DAMAGED, /* it ends too early, or cannot be unpacked; it was reported */
	INTAKE_STRICT,  /* a fault with --strict; it was reported */
};

void intake_init(struct intake *i, struct population *p, struct diagnostics *d, bool explain,
    const struct trust *trust, unsigned threads, size_t max_field);
void intake_free(struct intake *i);

/* Reads one file ("-": standard input) of the form `form`, or of the one that it looks like. */
enum intake_st intake_file(struct intake *i, const char *path, const char *form)
    __attribute__((warn_unused_result));

#endif
