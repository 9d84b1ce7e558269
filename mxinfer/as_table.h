/* SPDX-License-Identifier: GPL-3.0-or-later */
/* as_table - which autonomous systems announce an address, from ranges and prefixes.
 *
 * Of the ranges that hold an address the smallest counts; of several of that size all do.  A
 * MaxMind database answers beside them.  Filled first, then asked by any number of threads. */
#ifndef EMT_MXINFER_AS_TABLE_H
#define EMT_MXINFER_AS_TABLE_H

#include "mxinfer/facts.h"

struct as_table;

struct as_table *as_table_new(void);
void as_table_free(struct as_table *t); /* NULL is fine */

void as_table_add(struct as_table *t, const struct fact_range *range);

/* Adds a MaxMind database (mmdb).  NULL, or what is wrong with the file. */
const char *as_table_add_mmdb(struct as_table *t, const char *path)
    __attribute__((warn_unused_result));

/* No more is added. */
void as_table_ready(struct as_table *t);

/* The AS numbers of an address, ascending, none twice; their number, 0 if none is known. */
size_t as_table_find(const struct as_table *t, const struct ip *address, uint32_t as[FACT_AS_MAX]);

#endif
