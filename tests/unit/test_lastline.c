/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "sessionparse/lastline.h"

static struct lastline last;
static struct buf scratch;

static void
keep(const char *line)
{
	struct logline split;

	if (logline_split(&split, span_str(line), &scratch))
		lastline_keep(&last, span_str(line), &split, true);
}

static void
test_kept(void)
{
	keep("Nov 21 19:34:06 mx1 a/b[1]: x");
	OK(last.valid, "a line");
	SAME_SPAN(lastline_text(&last), SPAN_LIT("Nov 21 19:34:06 mx1 a/b[1]: x"), "is kept");
	lastline_other(&last, SPAN_LIT("Nov 21 19:34:06 mx2 a/b[1]: y"));
	lastline_other(&last, SPAN_LIT("Nov 21 19:34:06 mx10 a/b[1]: y"));
	lastline_other(&last, SPAN_LIT("Nov 21 19:34:06 mx"));
	lastline_other(&last, SPAN_LIT("Nov 21 19:34:06 mx1"));
	OK(last.valid, "until another of its host comes");
	lastline_other(&last, SPAN_LIT("Nov 21 19:34:07 mx1 --MARK--"));
	OK(!last.valid, "such as this");
	keep("2026-11-21T19:34:06Z mx1 a/b[1]: x");
	OK(!last.valid, "not of a daemon that does not say such things");
	keep("{\"log\":\"Nov 21 19:34:06 mx1 postfix/smtpd[77]: the text\"}");
	OK(!last.valid, "nor out of a container");
	keep("Nov 21 19:34:06 <mail.info> mx1 a/b[1]: x");
	OK(last.valid, "FreeBSD's form");
	keep("2026-11-21T19:34:06Z mx1 a/b[1]: x");
	OK(last.valid, "the host at another place");
	keep("Nov 21 19:34:06 mx2 a/b[1]: x");
	SAME_SPAN(lastline_text(&last), SPAN_LIT("Nov 21 19:34:06 mx2 a/b[1]: x"),
	    "a later one takes its place");
}

static void
repeats(const char *line, const char *want_host, int64_t want_times)
{
	struct span when, host = {NULL, 0};
	int64_t times = 0;
	bool is = lastline_repeats(span_str(line), &when, &host, &times);

	OK(is == (want_host != NULL), line[0] ? line : "(nothing)");
	if (!is)
		return;
	SAME_SPAN(host, span_str(want_host), "its host");
	SAME_INT(times, want_times, "so often");
}

static void
test_repeats(void)
{
	repeats("Nov 21 19:34:09 mx1 last message repeated 3 times", "mx1", 3);
	repeats(
	    "Nov  1 19:34:09 mx1.example.net last message repeated 1 time", "mx1.example.net", 1);
	repeats("Nov 21 19:34:09 <syslog.info> mx1 last message repeated 12 times", "mx1", 12);
	repeats("", NULL, 0);
	repeats("Nov 21 19:34:09 mx1 last message repeated times", NULL, 0);
	repeats("Nov 21 19:34:09 mx1 last message repeated 3 times x", NULL, 0);
	repeats("Nov 21 19:34:09 mx1 a/b[1]: last message repeated 3 times", NULL, 0);
	repeats("Nov 21 19:34:09 last message repeated 3 times", NULL, 0);
	repeats("mx1 last message repeated 3 times", NULL, 0);
}

int
main(void)
{
	buf_init(&scratch, 4000);
	test_kept();
	test_repeats();
	buf_free(&scratch);
	return tap_end();
}
