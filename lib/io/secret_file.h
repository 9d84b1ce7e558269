/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret_file - a file of a password or a key, which is for its owner alone. */
#ifndef EMT_SECRET_FILE_H
#define EMT_SECRET_FILE_H

#include "base/arena.h"

/* Opens it for reading if it is a plain file of this user (root may read others') that nobody else
 * has a right to.  `secret` is what to change if others could read it: "the password".  NULL, or
 * "PATH: what, and the mend"; then *fd is -1. */
const char *secret_file_open(struct arena *a, const char *path, const char *secret, int *fd)
    __attribute__((warn_unused_result));

#endif
