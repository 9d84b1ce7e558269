/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ordered - work on parts of a range in several threads, whose output is written in the order of
 * the parts: the same bytes whatever their number. */
#ifndef EMT_MXINFER_ORDERED_H
#define EMT_MXINFER_ORDERED_H

#include <stdio.h>

#include "base/buf.h"

/* Calls work for parts of `grain` of the numbers 0 .. n-1 and writes what it put into `out`.  False
 * if something could not be written: errno says why. */
bool ordered_write(unsigned threads, size_t n, size_t grain,
    void (*work)(void *state, unsigned thread, size_t from, size_t to, struct buf *out),
    void *state, FILE *file) __attribute__((warn_unused_result));

#endif
