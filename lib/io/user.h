/* SPDX-License-Identifier: GPL-3.0-or-later */
/* user - from root, who opened what only root may open, to the user that the data belong to. */
#ifndef EMT_USER_H
#define EMT_USER_H

#include <stdbool.h>

/* Becomes that user, with his groups and no way back; files that are made from then on are for him
 * alone (umask 077).  Whoever is not root stays who he is.  False: reported; the program is to
 * end. */
bool user_become(const char *name) __attribute__((warn_unused_result));

#endif
