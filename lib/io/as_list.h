/* SPDX-License-Identifier: GPL-3.0-or-later */
/* as_list - the AS numbers of an address or a prefix as people write them: 8075, AS8075, several
 * origins 1_2, a set 1,2 or {1,2}; and 8075.0, which is what a column of numbers with gaps becomes
 * in pandas. */
#ifndef EMT_AS_LIST_H
#define EMT_AS_LIST_H

#include "base/span.h"
#include "io/as_table.h"

/* The numbers in s, in its order; the first AS_MAX of them.  0, an empty text, None and null
 * are "not known": no number.  False if s is something else; there is none then, either. */
bool as_list_read(struct span s, uint32_t as[AS_MAX], size_t *n)
    __attribute__((warn_unused_result));

/* A number of 0 to `max` in decimal, with or without blanks around it or ".0" behind it. */
bool as_list_number(struct span s, uint64_t max, uint64_t *number)
    __attribute__((warn_unused_result));

/* Is it a way to write that there is nothing: "", None, null, or \N as databases dump it? */
bool as_list_nothing(struct span s);

#endif
