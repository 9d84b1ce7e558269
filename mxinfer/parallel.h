/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parallel - the same work on each part of a range of numbers, in several threads. */
#ifndef EMT_MXINFER_PARALLEL_H
#define EMT_MXINFER_PARALLEL_H

#include <stddef.h>

enum { PARALLEL_THREADS_MAX = 256 };

/* Calls work(state, thread, from, to) for parts of `grain` numbers until 0 .. n-1 are done; thread
 * is 0 .. threads-1.  The parts come in any order: the result must not depend on it. */
void parallel_for(unsigned threads, size_t n, size_t grain,
    void (*work)(void *state, unsigned thread, size_t from, size_t to), void *state);

#endif
