/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log - one line for the operator, to syslog (facility mail) or to standard error.
 *
 * Each line goes out whole and without control characters, whatever its arguments hold, so a
 * hostile mail can neither forge a line nor reach the terminal.  Under systemd (JOURNAL_STREAM is
 * set) lines on standard error carry the journal's <N> priority. */
#ifndef EMT_LOG_H
#define EMT_LOG_H

#include "base/span.h"

enum log_to {
	LOG_TO_STDERR, /* what a program does until it says otherwise */
	LOG_TO_SYSLOG,
};

enum { LOG_LINE_MAX = 1800 }; /* octets of text; Postfix' postlogd and syslog cut at 2000 */

/* `program` is borrowed for ever; it is the syslog tag or the text before the first colon. */
void log_open(const char *program, enum log_to to);
void log_verbose(bool on); /* log_debug says nothing until then */

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For %.*s: log_info("mail from %.*s", SPAN_ARG(from)) */
#define SPAN_ARG(s) (int)((s).n > 1000 ? 1000 : (s).n), (s).p ? (s).p : ""

#endif
