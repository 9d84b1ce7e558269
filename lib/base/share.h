/* SPDX-License-Identifier: GPL-3.0-or-later */
/* share - where a program's templates and tables are: PREFIX/share/emt beside the folder that it
 * was installed to, or the tree that it was built in. */
#ifndef EMT_SHARE_H
#define EMT_SHARE_H

#include "base/arena.h"

/* Finds the folder that holds the file `proof` ("tables/companies.conf"): `given`, if it is not
 * NULL, else as above.  NULL, or what is wrong and the mend. */
const char *share_find(struct arena *a, const char *given, const char *proof, const char **dir)
    __attribute__((warn_unused_result));

#endif
