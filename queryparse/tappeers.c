/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/tappeers.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

enum { COMPLAINTS_MAX = 10 };

#define MINUTE_US INT64_C(60000000)

static const char *const name_servers[] = {
    "nsd", "knot", "bind", "unbound", "pdns", "_dnsdist", "pdns-recursor"};

bool
tappeers_check(const struct tappeers *p)
{
	if (p->anybody && p->users.n) {
		log_error("--group and --from: give one of them; the group's members all may send");
		return false;
	}
	for (size_t i = 0; i < p->users.n; i++) {
		if (!getpwnam(p->users.v[i])) {
			log_error("--from: there is no user %s", p->users.v[i]);
			return false;
		}
	}
	return true;
}

bool
tappeers_complain(struct tappeers *p, int64_t now_us)
{
	if (p->minute != now_us / MINUTE_US) {
		if (p->unsaid)
			log_error("%u more complaints about senders were left out", p->unsaid);
		p->minute = now_us / MINUTE_US;
		p->said = p->unsaid = 0;
	}
	if (p->said < COMPLAINTS_MAX) {
		p->said++;
		return true;
	}
	p->unsaid++;
	return false;
}

static bool
is_known(const struct tappeers *p, const char *name)
{
	for (size_t i = 0; i < sizeof name_servers / sizeof *name_servers; i++)
		if (!strcmp(name_servers[i], name))
			return true;
	for (size_t i = 0; i < p->users.n; i++)
		if (!strcmp(p->users.v[i], name))
			return true;
	return false;
}

bool
tappeers_may(struct tappeers *p, int fd, int64_t now_us)
{
	struct ucred peer;
	socklen_t n = sizeof peer;
	const struct passwd *user;

	if (p->anybody)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0) {
		if (tappeers_complain(p, now_us))
			log_error("SO_PEERCRED: %s", strerror(errno));
		return false;
	}
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	user = getpwuid(peer.uid);
	if (user && is_known(p, user->pw_name))
		return true;
	if (tappeers_complain(p, now_us))
		log_error("a process of user %s (%u) wants to send and may not; if it is a name "
			  "server, allow it with --from",
		    user ? user->pw_name : "?", (unsigned)peer.uid);
	return false;
}
