/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notify - tells the service manager how a daemon fares: the protocol of sd_notify(3), by hand,
 * since it is one datagram of text.  Nobody listening is no error. */
#ifndef EMT_NOTIFY_H
#define EMT_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* What systemd.exec(5) puts into the environment; NULL where it did not. */
struct notify_env {
	const char *socket;       /* NOTIFY_SOCKET: a path, or '@' and an abstract name */
	const char *watchdog_us;  /* WATCHDOG_USEC */
	const char *watchdog_pid; /* WATCHDOG_PID */
};

/* Sends "READY=1", "STOPPING=1", "WATCHDOG=1" ...; false if it could not be sent. */
bool notify_send(const struct notify_env *env, const char *text);

/* How long the service manager waits for the next "WATCHDOG=1", in microseconds; 0: it does not, or
 * not for the process `pid`. */
int64_t notify_watchdog_us(const struct notify_env *env, int64_t pid);

#endif
