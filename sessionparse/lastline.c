/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/lastline.h"

#include "base/stamp.h"

enum { HOST_MAX = 255 };

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
