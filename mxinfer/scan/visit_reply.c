/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/visit_reply.h"

enum { CODE_LEN = 3, LINE_END_MAX = 2 };

void
visit_reply_init(struct visit_reply *r, size_t keep)
{
	*r = (struct visit_reply){.keep = keep};
	buf_init(&r->kept, keep + LINE_END_MAX);
}

void
visit_reply_free(struct visit_reply *r)
{
	buf_free(&r->kept);
}

static void
add_to_line(struct visit_reply *r, struct span part)
{
	if (!part.n)
		return;
	for (size_t i = 0; i < part.n && r->line_n + i < VISIT_HEAD_MAX; i++)
		r->head[r->line_n + i] = part.p[i];
	r->line_n += part.n;
	r->last = part.p[part.n - 1];
}

static bool
says_starttls(struct span head)
{
	static const struct span word = SPAN_LIT("STARTTLS");
	struct span said = span_from(head, CODE_LEN + 1);

	return span_istarts(said, word) && (said.n == word.n || is_blank(said.p[word.n]));
}

static enum visit_reply_st
end_line(struct visit_reply *r)
{
	size_t n = r->line_n - (r->line_n && r->last == '\r');
	struct span head = {r->head, n < VISIT_HEAD_MAX ? n : VISIT_HEAD_MAX};
	bool coded =
	    n >= CODE_LEN && is_digit(head.p[0]) && is_digit(head.p[1]) && is_digit(head.p[2]);

	r->lines_n++;
	r->line_n = 0;
	if (!coded)
		return r->lines_n == 1 ? REPLY_NO_CODE : REPLY_MORE;
	r->code = (unsigned)(head.p[0] - '0') * 100 + (unsigned)(head.p[1] - '0') * 10 +
		  (unsigned)(head.p[2] - '0');
	/* The first line has the host's name. */
	if (r->lines_n > 1 && says_starttls(head))
		r->starttls = true;
	return n > CODE_LEN && head.p[CODE_LEN] == '-' ? REPLY_MORE : REPLY_DONE;
}

enum visit_reply_st
visit_reply_take(struct visit_reply *r, struct span *in)
{
	enum visit_reply_st st = REPLY_MORE;

	while (in->n && st == REPLY_MORE) {
		size_t end = span_find(*in, '\n'), n = end + (end < in->n);

		if (n > VISIT_REPLY_MAX - r->octets) {
			n = VISIT_REPLY_MAX - r->octets;
			end = n;
			st = REPLY_ENDLESS;
		}
		r->octets += n;
		buf_put(&r->kept, (struct span){in->p, n});
		add_to_line(r, (struct span){in->p, end});
		*in = span_from(*in, n);
		if (n > end)
			st = end_line(r);
	}
	return st;
}

struct span
visit_reply_text(const struct visit_reply *r, bool *cut)
{
	struct span text = buf_span(&r->kept);

	if (!r->octets)
		return (struct span){NULL, 0};
	if (!r->kept.overflow && text.n && text.p[text.n - 1] == '\n') {
		text.n--;
		if (text.n && text.p[text.n - 1] == '\r')
			text.n--;
	}
	if (text.n > r->keep) {
		text.n = r->keep;
		*cut = true;
	}
	return text;
}
