/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smtp/smtp_reply.h"

void
smtp_reply_init(struct smtp_reply *r, struct arena *a)
{
	*r = (struct smtp_reply){.arena = a};
}

static void
keep(struct smtp_reply *r, struct span in)
{
	if (r->lines_n == r->room) {
		r->room = r->room ? r->room * 2 : 8;
		r->lines = arena_grow(r->arena, r->lines, r->lines_n, r->room, sizeof *r->lines);
	}
	r->lines[r->lines_n++] = arena_span(r->arena, in);
	r->octets += in.n;
}

/* The reply code in front of the line, or 0. */
static int
read_code(struct span in)
{
	if (in.n < 3 || in.p[0] < '2' || in.p[0] > '5' || in.p[1] < '0' || in.p[1] > '5' ||
	    !is_digit(in.p[2]))
		return 0;
	return (in.p[0] - '0') * 100 + (in.p[1] - '0') * 10 + in.p[2] - '0';
}

enum smtp_reply_st
smtp_reply_line(struct smtp_reply *r, struct span in)
{
	int code = read_code(in);

	if (in.n > SMTP_LINE_MAX || r->lines_n == SMTP_REPLY_LINES_MAX ||
	    r->octets + in.n > SMTP_REPLY_OCTETS_MAX)
		return SMTP_REPLY_TOO_BIG;
	keep(r, in);
	if (!code)
		return SMTP_REPLY_BAD_CODE;
	if (r->lines_n == 1)
		r->code = code;
	else if (code != r->code)
		return SMTP_REPLY_MIXED;
	/* Why no text is fine: section 4.2 says "Reply-code [ SP textstring ]", so a bare "250" is
	 * legal; clients that insist on a fourth octet lose it. */
	if (in.n > 3 && in.p[3] != ' ' && in.p[3] != '-')
		return SMTP_REPLY_BAD_SEP;
	return in.n > 3 && in.p[3] == '-' ? SMTP_REPLY_MORE : SMTP_REPLY_DONE;
}

const char *
smtp_reply_st_name(enum smtp_reply_st st)
{
	static const char *const names[] = {
	    [SMTP_REPLY_MORE] = "more",
	    [SMTP_REPLY_DONE] = "done",
	    [SMTP_REPLY_BAD_CODE] = "no reply code",
	    [SMTP_REPLY_BAD_SEP] = "no blank behind the reply code",
	    [SMTP_REPLY_MIXED] = "different reply codes in one reply",
	    [SMTP_REPLY_TOO_BIG] = "reply too large",
	};

	return names[st];
}
