/* SPDX-License-Identifier: GPL-3.0-or-later */
/* company_table - which company a provider id belongs to, and in which autonomous systems its mail
 * servers are.
 *
 * A table file (table_file.h; tables/companies.conf is ours) has for each company
 *	company NAME
 *	ids DOMAIN...             registered domains that identify it; * is a wildcard
 *	as NUMBER...              autonomous systems of its mail servers; without any, it is not
 *asked filter ID [except AS...]  it receives mail for others in their names: a provider id of no
 *known company becomes ID where all servers are in its AS, less these A later file adds to an
 *earlier one; a company that both have is the later one's, and so is an id. Companies are numbers
 *from 1. */
#ifndef EMT_MXINFER_COMPANY_TABLE_H
#define EMT_MXINFER_COMPANY_TABLE_H

#include "mxinfer/table_file.h"

struct company_table;

struct company_table *company_table_new(struct arena *a);

/* NULL, or "FILE:LINE: what, and the mend". */
const char *company_table_read(struct company_table *t, const char *path, int64_t *date_utc)
    __attribute__((warn_unused_result));

/* The company of a provider id; 0 if none is known. */
uint32_t company_of(const struct company_table *t, struct span id);

/* May the registered domain of `name` be one of this company's?  A quick no for most names. */
bool company_may_own(const struct company_table *t, uint32_t company, struct span name);

struct span company_name(const struct company_table *t, uint32_t company);
size_t company_n(const struct company_table *t);

/* Is anything known of its autonomous systems, and is one of these among them? */
bool company_has_as(const struct company_table *t, uint32_t company);
bool company_in_as(
    const struct company_table *t, uint32_t company, const uint32_t *as, size_t as_n);

/* The filters in the order of the files; i counts from 0. */
struct company_filter {
	uint32_t company;
	struct span id;
	const uint32_t *as; /* the company's, less the exceptions; ascending */
	size_t as_n;
};
size_t company_filters_n(const struct company_table *t);
const struct company_filter *company_filter(const struct company_table *t, size_t i);

/* Do two ascending lists of AS numbers meet? */
bool company_as_meet(const uint32_t *a, size_t a_n, const uint32_t *b, size_t b_n);

#endif
