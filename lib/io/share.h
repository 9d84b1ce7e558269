/* SPDX-License-Identifier: GPL-3.0-or-later */
/* share - the folder of what is installed beside the programs: templates, test cases, tables. */
#ifndef EMT_SHARE_H
#define EMT_SHARE_H

#include "base/arena.h"

/* `given`, else ../share/emt beside the folder of this program, else the tree that it was built in;
 * it holds the folder `what`.  NULL, or what is wrong. */
const char *share_find(struct arena *a, const char *given, const char *what, const char **share)
    __attribute__((warn_unused_result));

/* The names of the test cases, sorted: of each file testcases/NAME.conf in `share`.  They are
 * domain names below the measurement's.  NULL, or "PATH: what". */
const char *share_testcases(struct arena *a, const char *share, const char ***names, size_t *n)
    __attribute__((warn_unused_result));

#endif
