/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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
	if (to == LOG_TO_SYSLOG)
		openlog(program, LOG_PID, LOG_MAIL);
}

void
log_verbose(bool on)
{
	out.verbose = on;
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
	if (out.to == LOG_TO_STDERR) {
		if (out.journal)
			buf_puts(&safe, (char[]){'<', (char)('0' + priority), '>', '\0'});
		buf_puts(&safe, out.program);
		buf_puts(&safe, ": ");
	}
	safe_put(&safe, (struct span){text, n > LOG_LINE_MAX ? LOG_LINE_MAX : (size_t)n});
	if (out.to == LOG_TO_SYSLOG) {
		syslog(priority, "%s", buf_str(&safe));
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
