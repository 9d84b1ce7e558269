/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tapsocket - the Unix socket that name servers connect to. */
#ifndef EMT_TAPSOCKET_H
#define EMT_TAPSOCKET_H

#include <stdbool.h>

/* Listens at `path`, in place of a socket that nobody listens at any more; makes its folder if that
 * is missing.  Everybody may connect (tappeers.h says who may stay), or with `group` only its
 * members, and `user`.  The descriptor, non-blocking; -1: reported, and *status is the exit code.
 */
int tapsocket_listen(const char *path, const char *user, const char *group, int *status);

#endif
