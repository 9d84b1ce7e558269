/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/notify.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cursor.h"

/* The length of the address, 0 if the text is none. */
static socklen_t
address_of(const char *text, struct sockaddr_un *address)
{
	struct span name = span_str(text);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (name.n < 2 || name.n >= sizeof address->sun_path || (*text != '/' && *text != '@'))
		return 0;
	memcpy(address->sun_path, name.p, name.n);
	if (*text == '@') /* unix(7): abstract names begin with a NUL, and all octets count */
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name.n + (*text == '/'));
}

bool
notify_send(const struct notify_env *env, const char *text)
{
	struct sockaddr_un address;
	socklen_t address_len = address_of(env->socket ? env->socket : "", &address);
	struct span message = span_str(text);
	bool sent;
	int fd;

	if (!address_len)
		return false;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	sent = sendto(fd, message.p, message.n, MSG_NOSIGNAL | MSG_DONTWAIT,
		   (struct sockaddr *)&address, address_len) == (ssize_t)message.n;
	close(fd);
	return sent;
}

/* A whole text of digits, or 0. */
static int64_t
number_of(const char *text)
{
	struct cursor c = cursor_on(span_str(text));
	int64_t number = (int64_t)cur_number(&c, 15);

	return cur_done(&c) ? number : 0;
}

int64_t
notify_watchdog_us(const struct notify_env *env, int64_t pid)
{
	if (!env->watchdog_us || (env->watchdog_pid && number_of(env->watchdog_pid) != pid))
		return 0;
	return number_of(env->watchdog_us);
}
