/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/lastline.h"

#include "base/stamp.h"

enum { HOST_MAX = 255 };

void
lastline_init(struct lastline *last, size_t max)
{
	*last = (struct lastline){.valid = false};
	buf_init(&last->text, max);
}

void
lastline_free(struct lastline *last)
{
	buf_free(&last->text);
}

void
lastline_keep(struct lastline *last, struct span line, const struct logline *split, bool open)
{
	lastline_other(last, line);
	if (!line.n || !is_alpha(line.p[0]) || split->when.p != line.p || !split->host.n ||
	    split->host.p < line.p || split->host.p >= line.p + line.n)
		return; /* of a syslogd that has another way to say it */
	buf_clear(&last->text);
	buf_put(&last->text, line);
	last->host_at = (size_t)(split->host.p - line.p);
	last->host_n = split->host.n;
	last->valid = !last->text.overflow;
	last->open = open;
}

static bool
is_host_char(char c)
{
	return c != ' ';
}

bool
lastline_repeats(struct span line, struct span *when, struct span *host, int64_t *times)
{
	struct cursor c = cursor_on(line);
	struct stamp s;

	if (!line.n || !is_alpha(line.p[0]))
		return false;
	stamp_take(&c, &s);
	*when = (struct span){line.p, line.n - c.rest.n};
	cur_literal(&c, SPAN_LIT(" "));
	if (cur_peek(&c) == '<')
		cur_until(&c, SPAN_LIT("> "), 40); /* FreeBSD's <mail.info> */
	*host = cur_run(&c, is_host_char, HOST_MAX);
	cur_literal(&c, SPAN_LIT(" last message repeated "));
	*times = (int64_t)cur_number(&c, 9);
	cur_literal(&c, SPAN_LIT(" time"));
	cur_maybe(&c, SPAN_LIT("s"));
	return cur_done(&c);
}
