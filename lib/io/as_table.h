/* SPDX-License-Identifier: GPL-3.0-or-later */
/* as_table - which autonomous systems announce an address, from ranges and prefixes.
 *
 * Of the ranges that hold an address the smallest counts; of several of that size all do.  A
 * MaxMind database answers beside them.  Filled first, then asked by any number of threads. */
#ifndef EMT_AS_TABLE_H
#define EMT_AS_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

enum { AS_MAX = 64 }; /* AS numbers of a range or an address; more are left out */

/* The AS numbers of a range of addresses. */
struct as_range {
	struct ip first, last; /* of one family */
	const uint32_t *as;    /* never 0; a range of unknown AS is none */
	size_t as_n;
};

struct as_table;

struct as_table *as_table_new(void);
void as_table_free(struct as_table *t); /* NULL is fine */

void as_table_add(struct as_table *t, const struct as_range *range);

/* Adds a MaxMind database (mmdb).  NULL, or what is wrong with the file. */
const char *as_table_add_mmdb(struct as_table *t, const char *path)
    __attribute__((warn_unused_result));

/* No more is added. */
void as_table_ready(struct as_table *t);

/* The AS numbers of an address, ascending, none twice; their number, 0 if none is known. */
size_t as_table_find(const struct as_table *t, const struct ip *address, uint32_t as[AS_MAX]);

#endif
