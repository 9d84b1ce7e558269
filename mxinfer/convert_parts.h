/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convert_parts - within convert: what its two writers have in common. */
#ifndef EMT_MXINFER_CONVERT_PARTS_H
#define EMT_MXINFER_CONVERT_PARTS_H

#include "base/buf.h"
#include "io/as_table.h"
#include "mxinfer/convert.h"

struct convert {
	struct facts facts; /* first */
	struct convert_params params;
	struct buf out; /* whole records, not written yet */
	struct as_table *table;
	bool table_filled, table_ready;
	void (*end)(struct convert *c); /* writes the rest and frees all but what is above */
};

/* A record is whole: writes, if there is enough to write. */
void convert_record(struct convert *c);

/* Adds the AS numbers that the tables have for an address to those it has; their new number. */
size_t convert_as(struct convert *c, const struct ip *address, uint32_t as[FACT_AS_MAX], size_t n);

/* Adds numbers to a set in ascending order; their new number. */
size_t convert_as_join(uint32_t as[FACT_AS_MAX], size_t n, const uint32_t *more, size_t more_n);

struct convert *convert_mx_scan_new(void);
struct convert *convert_tsv_new(void);

#endif
