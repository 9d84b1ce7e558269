/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/redact.h"

static bool
looks_like_base64(struct span s)
{
	s = span_trim(s);
	for (size_t i = 0; i < s.n; i++)
		if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) && !strchr("+/=", s.p[i]))
			return false;
	return s.n > 1;
}

struct span
redact_line(struct redact *r, struct span line, const struct command *command, struct buf *out)
{
	buf_clear(out);
	if (r->answers) {
		/* A lone * gives the exchange up and tells nothing. */
		if (span_eq(line, SPAN_LIT("*")))
			return line;
		buf_puts(out, REDACTED);
		return buf_span(out);
	}
	if (command->verb == VERB_AUTH) {
		r->in_auth = true;
		if (!span_trim(span_from(line, command->head.n)).n)
			return line;
		buf_put(out, command->head);
		buf_puts(out, " " REDACTED);
		return buf_span(out);
	}
	if (command->verb != VERB_NONE)
		r->in_auth = false;
	if (r->in_auth && looks_like_base64(line)) {
		buf_puts(out, REDACTED);
		return buf_span(out);
	}
	return line;
}
