/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tappeers - which processes of this machine may send dnstap to the collector: by the user that the
 * kernel says has connected (unix(7), SO_PEERCRED).
 *
 * A socket has one group, but NSD, Knot, BIND and Unbound each run as a user of their own. */
#ifndef EMT_TAPPEERS_H
#define EMT_TAPPEERS_H

#include "base/option.h"

struct tappeers {
	bool anybody;             /* whoever can connect: the socket's group is enough */
	struct option_list users; /* beside those who always may; borrowed */
	/* Complaints: a few in a minute, whoever connects how often. */
	int64_t minute;
	unsigned said, unsaid;
};

/* False: a user is none, or users beside a group; reported. */
bool tappeers_check(const struct tappeers *p) __attribute__((warn_unused_result));

/* May the process that has connected over `fd` send?  Root, who runs this, the users that Debian's
 * name servers run as, and `users`.  False: reported. */
bool tappeers_may(struct tappeers *p, int fd, int64_t now_us);

/* May one more complaint about a sender be written? */
bool tappeers_complain(struct tappeers *p, int64_t now_us);

#endif
