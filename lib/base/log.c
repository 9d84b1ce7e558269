/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"

static struct {
	const char *program;
	enum log_to to;
	bool verbose, journal;
} out = {.program = "emt"};

void
log_open(const char *program, enum log_to to)
{
	out.program = program;
	out.to = to;
	out.journal = getenv("JOURNAL_STREAM") != NULL;
}

void
log_verbose(bool on)
{
	out.verbose = on;
}

/* Not syslog(3), which waits for a daemon that hangs: a line that the daemon has no room for is
 * lost, a mail is not.  The daemon adds the time, as RFC 3164 section 4.3.2 wants of lines without
 * one. */
static void
send_to_daemon(struct span line)
{
	static const struct sockaddr_un daemon = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	sendto(fd, line.p, line.n, MSG_NOSIGNAL, (const struct sockaddr *)&daemon, sizeof daemon);
	close(fd);
}

static void
put_prefix(struct buf *line, int priority)
{
	char text[100];

	if (out.to == LOG_TO_SYSLOG)
		snprintf(text, sizeof text, "<%d>%s[%d]: ", LOG_MAIL | priority, out.program,
		    (int)getpid());
	else if (out.journal)
		snprintf(text, sizeof text, "<%d>%s: ", priority, out.program);
	else
		snprintf(text, sizeof text, "%s: ", out.program);
	buf_puts(line, text);
}

/* Works on the stack alone: "out of memory" must be sayable. */
static void
say(int priority, const char *format, va_list args)
{
	char text[LOG_LINE_MAX + 1], line[4 * LOG_LINE_MAX + 200];
	struct buf safe = {.p = line, .room = sizeof line, .max = sizeof line / 2 - 1};
	int n = vsnprintf(text, sizeof text, format, args);

	if (n < 0)
		return;
	put_prefix(&safe, priority);
	safe_put(&safe, (struct span){text, n > LOG_LINE_MAX ? LOG_LINE_MAX : (size_t)n});
	if (out.to == LOG_TO_SYSLOG) {
		send_to_daemon(buf_span(&safe));
		return;
	}
	line[safe.n++] = '\n';
	if (write(STDERR_FILENO, line, safe.n) < 0)
		return; /* there is no third place to complain to */
}

#define SAY(priority) \
	do { \
		va_list args; \
		va_start(args, format); \
		say(priority, format, args); \
		va_end(args); \
	} while (0)

void
log_error(const char *format, ...)
{
	SAY(LOG_ERR);
}

void
log_warning(const char *format, ...)
{
	SAY(LOG_WARNING);
}

void
log_info(const char *format, ...)
{
	SAY(LOG_INFO);
}

void
log_debug(const char *format, ...)
{
	if (out.verbose)
		SAY(LOG_DEBUG);
}
