/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journald - does systemd's journal stand between syslog(3) and the mail log, and does it drop
 * lines?
 *
 * journald.conf(5): of more than RateLimitBurst lines of one service in RateLimitIntervalSec the
 * rest is dropped.  A session with its dialogue in the log is some 300 lines, so the default of
 * 10000 in 30 seconds is reached by 32 sessions. */
#ifndef EMT_JOURNALD_H
#define EMT_JOURNALD_H

#include <stdbool.h>

enum { JOURNALD_BURST = 10000 }; /* the default */

/* Is it there, with a limit that nobody has raised?  `root` is the folder that stands for "/"; its
 * dev/log, run/systemd and etc/systemd are looked at. */
bool journald_drops_lines(const char *root);

#endif
