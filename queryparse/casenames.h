/* SPDX-License-Identifier: GPL-3.0-or-later */
/* casenames - the names of the test cases: of each file testcases/NAME.conf that is installed
 * beside the programs.  They are domain names below the measurement's. */
#ifndef EMT_CASENAMES_H
#define EMT_CASENAMES_H

#include "base/arena.h"

/* Sorted, from the folder `dir`/testcases.  NULL, or "PATH: what". */
const char *casenames_read(struct arena *a, const char *dir, const char ***names, size_t *n)
    __attribute__((warn_unused_result));

#endif
