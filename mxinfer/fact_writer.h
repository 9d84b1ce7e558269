/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fact_writer - what a reader hands its facts to: it writes them into a batch.
 *
 * Here names become canonical and hashed, and greetings become the names in them, so that whoever
 * takes the batch only has to look up.  A name that is none is a bad row.
 *
 * A writer outlives its batches, and remembers what hosts and certificates it has described: the
 * batches of one writer are applied in the order in which they were made. */
#ifndef EMT_MXINFER_FACT_WRITER_H
#define EMT_MXINFER_FACT_WRITER_H

#include "base/buf.h"
#include "io/trust.h"
#include "mxinfer/fact_batch.h"
#include "mxinfer/hostname.h"

struct fact_writer_params {
	bool compat;  /* names stay as they are, and greetings are read as the Python tool does */
	bool explain; /* batches hold the greetings' texts, too; nothing is remembered */
	const struct trust *trust; /* raw chains are verified by it; NULL: they are not */
};

struct fact_writer {
	struct facts facts; /* first: what a reader is given */
	struct fact_writer_params params;
	struct buf *out;
	char *from, *at; /* the fact that is being written */
	struct fact_memo *hosts, *certs;
	struct fact_before {
		char text[HOSTNAME_MAX];
		size_t n; /* 0: none in this batch */
	} domain, mx;     /* of the row before, as they stood */
};

void fact_writer_init(struct fact_writer *w, struct fact_writer_params params);
void fact_writer_free(struct fact_writer *w);

/* Begins a batch: what is read from here on is appended to `out`, which is borrowed. */
void fact_writer_begin(struct fact_writer *w, struct buf *out);

#endif
