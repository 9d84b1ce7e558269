/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/notify.h"
#include "tests/tap.h"

/* A service manager's socket; `abstract` or below a folder. */
static int
listen_at(const char *name, bool abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t n = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, name, n);
	if (abstract)
		address.sun_path[0] = '\0';
	if (fd < 0 || bind(fd, (struct sockaddr *)&address,
			  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + !abstract)))
		abort();
	return fd;
}

static void
told(int fd, const char *want, const char *name)
{
	char got[100];
	ssize_t n = recv(fd, got, sizeof got, MSG_DONTWAIT);

	SAME_SPAN(((struct span){got, n < 0 ? 0 : (size_t)n}), span_str(want), name);
}

static void
test_send(void)
{
	char folder[] = P_tmpdir "/emt-notify-XXXXXX", path[100], name[100], longest[200];
	struct notify_env env = {0};
	int fd;

	OK(!notify_send(&env, "READY=1"), "nobody listens");
	snprintf(path, sizeof path, "%s/socket", mkdtemp(folder));
	env.socket = path;
	OK(!notify_send(&env, "READY=1"), "no such socket");
	fd = listen_at(path, false);
	OK(notify_send(&env, "READY=1"), "sent to a path");
	told(fd, "READY=1", "and received");
	close(fd);
	unlink(path);
	rmdir(folder);

	snprintf(name, sizeof name, "@emt-notify-%d", (int)getpid());
	env.socket = name;
	fd = listen_at(name, true);
	OK(notify_send(&env, "WATCHDOG=1"), "sent to an abstract name");
	told(fd, "WATCHDOG=1", "and received");
	close(fd);

	memset(longest, 'a', sizeof longest);
	longest[0] = '/';
	longest[sizeof longest - 1] = '\0';
	env.socket = longest;
	OK(!notify_send(&env, "READY=1"), "a path that is too long");
	env.socket = "vsock:2:1";
	OK(!notify_send(&env, "READY=1"), "neither path nor abstract name");
	env.socket = "";
	OK(!notify_send(&env, "READY=1"), "an empty name");
}

static void
test_watchdog(void)
{
	SAME_INT(notify_watchdog_us(&(struct notify_env){0}, 7), 0, "no watchdog");
	SAME_INT(notify_watchdog_us(&(struct notify_env){.watchdog_us = "30000000"}, 7), 30000000,
	    "one for whoever");
	SAME_INT(notify_watchdog_us(
		     &(struct notify_env){.watchdog_us = "30000000", .watchdog_pid = "7"}, 7),
	    30000000, "one for us");
	SAME_INT(notify_watchdog_us(
		     &(struct notify_env){.watchdog_us = "30000000", .watchdog_pid = "8"}, 7),
	    0, "one for another process");
	SAME_INT(
	    notify_watchdog_us(&(struct notify_env){.watchdog_us = "soon"}, 7), 0, "no number");
	SAME_INT(notify_watchdog_us(&(struct notify_env){.watchdog_us = "12x"}, 7), 0,
	    "no whole number");
}

int
main(void)
{
	test_send();
	test_watchdog();
	return tap_end();
}
