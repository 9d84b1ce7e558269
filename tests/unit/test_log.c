/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

static char got[20000];

/* Puts standard error's lines into `got` while `say` speaks. */
static struct span
heard(void (*say)(const char *), const char *text)
{
	int kept = dup(STDERR_FILENO), pipe_fds[2];
	ssize_t n;

	if (pipe(pipe_fds) || dup2(pipe_fds[1], STDERR_FILENO) < 0)
		abort();
	close(pipe_fds[1]);
	say(text);
	dup2(kept, STDERR_FILENO);
	close(kept);
	n = read(pipe_fds[0], got, sizeof got);
	close(pipe_fds[0]);
	return (struct span){got, n > 0 ? (size_t)n : 0};
}

static void
error(const char *text)
{
	log_error("%s", text);
}

static void
debug(const char *text)
{
	log_debug("%s", text);
}

static void
open_again(const char *text)
{
	log_open("test", LOG_TO_STDERR);
	log_info("%s", text);
}

int
main(void)
{
	char *large = malloc(100000);
	struct span line;

	unsetenv("JOURNAL_STREAM");
	log_open("test", LOG_TO_STDERR);
	SAME_SPAN(heard(error, "plain"), SPAN_LIT("test: plain\n"), "a line");
	SAME_SPAN(heard(error, "a\nb\x1b[2J\xc3\xa9\xff"),
	    SPAN_LIT("test: a\\x0ab\\x1b[2J\xc3\xa9\\xff\n"), "one line, whatever is in it");
	SAME_SPAN(heard(debug, "x"), SPAN_LIT(""), "no debugging");
	log_verbose(true);
	SAME_SPAN(heard(debug, "x"), SPAN_LIT("test: x\n"), "unless asked for");
	memset(large, '\n', 99999);
	large[99999] = '\0';
	line = heard(error, large);
	OK(line.n > LOG_LINE_MAX && line.n < 4 * LOG_LINE_MAX + 200 && line.p[line.n - 1] == '\n' &&
		span_find(line, '\n') == line.n - 1,
	    "a huge hostile line is cut, and still one line");
	memset(large, 'x', 99999);
	line = heard(error, large);
	SAME_INT(
	    line.n, LOG_LINE_MAX + strlen("test: \n"), "a huge plain line is cut at its maximum");
	setenv("JOURNAL_STREAM", "1:2", 1);
	SAME_SPAN(heard(open_again, "x"), SPAN_LIT("<6>test: x\n"), "the journal's priority");
	free(large);
	return tap_end();
}
