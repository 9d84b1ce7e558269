/* SPDX-License-Identifier: GPL-3.0-or-later */
/* collect - the receiver of dnstap: name servers connect to its socket, and every frame that they
 * send is in the file (tapfile.h) before more is read.
 *
 * It is to run before the name servers: what they are asked while nobody listens, they forget.
 * Where that may have happened the file says so, as a gap: from the last that was heard to when the
 * server was there again.  Started as root it opens the socket, and becomes `user`. */
#ifndef EMT_COLLECT_H
#define EMT_COLLECT_H

#include "base/option.h"
#include "queryparse/tapfile.h"

struct collect_params {
	const char *socket, *out_dir, *user;
	const char *group;       /* its members may connect; NULL: users that tappeers.h knows */
	struct option_list from; /* users that may, too; not with a group */
};

/* Runs until SIGTERM or SIGINT.  The exit code: 0; 75: the socket or the folder cannot be used; 78:
 * user or group. */
int collect_run(const struct collect_params *params);

#endif
