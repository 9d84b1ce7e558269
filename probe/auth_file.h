/* SPDX-License-Identifier: GPL-3.0-or-later */
/* auth_file - who submits, from a file that nobody else may read.
 *
 *	user = someone@example.net
 *	password = what follows, to the end of the line
 *
 * or `bearer = TOKEN` in place of the password (OAUTHBEARER, RFC 7628, or XOAUTH2).  A line that
 * begins with # is a comment.  Blanks around a value do not count; nothing in it means anything
 * else, so a password may hold $ and #.  Messages never quote a value. */
#ifndef EMT_AUTH_FILE_H
#define EMT_AUTH_FILE_H

#include "base/arena.h"

struct auth {
	const char *user;
	const char *password, *bearer; /* one of them is NULL */
};

/* NULL, or "FILE:LINE: what, and the mend". */
const char *auth_file_read(struct arena *a, const char *path, struct auth *auth)
    __attribute__((warn_unused_result));

#endif
