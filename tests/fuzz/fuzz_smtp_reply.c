/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server sends, line by line, reply after reply, as smtp_client feeds it. */
#include <stdint.h>
#include <stdlib.h>

#include "smtp/smtp_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What every reader relies on. */
static void
check(const struct smtp_reply *r, enum smtp_reply_st st, struct span in)
{
	size_t octets = 0;

	for (size_t i = 0; i < r->lines_n; i++)
		octets += r->lines[i].n;
	if (octets != r->octets || octets > SMTP_REPLY_OCTETS_MAX ||
	    r->lines_n > SMTP_REPLY_LINES_MAX)
		abort();
	if (st != SMTP_REPLY_TOO_BIG && !span_eq(r->lines[r->lines_n - 1], in))
		abort();
	if ((st == SMTP_REPLY_MORE || st == SMTP_REPLY_DONE) &&
	    (r->code < 200 || r->code > 559 || in.n < 3 || in.p[2] - '0' != r->code % 10 ||
		(in.n > 3 && (in.p[3] == '-') == (st == SMTP_REPLY_DONE))))
		abort();
}

/* How it is told to people: one line without controls. */
static void
check_text(struct arena *a, enum smtp_reply_st st, struct span last)
{
	struct smtp_ended e = {.how = SMTP_END_BAD_REPLY, .st = st, .last = last};

	for (const char *p = smtp_ended_text(a, &e); *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = {(const char *)data, size};
	struct arena *a = arena_new();
	struct smtp_reply r;

	smtp_reply_init(&r, a);
	while (rest.n) {
		struct span line = span_cut(&rest, '\n');
		enum smtp_reply_st st;

		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		st = smtp_reply_line(&r, line);
		check(&r, st, line);
		if (st == SMTP_REPLY_MORE)
			continue;
		if (st != SMTP_REPLY_DONE)
			check_text(a, st, line);
		smtp_reply_init(&r, a);
	}
	arena_free(a);
	return 0;
}
