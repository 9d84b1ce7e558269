/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounces of those who write text: qmail and Exim. */
#include "base/buf.h"
#include "mail/dsn_parts.h"

enum { PARAGRAPH_MAX = 100, EXIM_SCAN_MAX = 32 * 1024 };

/* Lines joined to one, to the next empty line. */
static struct span
paragraph(struct dsn_reading *r, struct span *rest)
{
	struct buf text;
	struct span out;

	buf_init(&text, DSN_TEXT_MAX);
	while (rest->n) {
		struct span line = span_trim(span_cut(rest, '\n'));

		if (!line.n)
			break;
		if (text.n)
			buf_putc(&text, ' ');
		buf_put(&text, line);
	}
	r->dsn->cut |= text.overflow;
	out = arena_span(r->a, buf_span(&text));
	buf_free(&text);
	return out;
}

static void
add_bounced(struct dsn_reading *r, struct span address, struct span why)
{
	struct dsn_recipient *to = dsn_add_recipient(r);

	if (to)
		*to = (struct dsn_recipient){.action = DSN_FAILED,
		    .final = address,
		    .diagnostic = why.n ? why : no_span,
		    .status = dsn_status_in(why)};
}

/* "<a@b>:" and why, a paragraph each; then a line of dashes and the mail (QSBMF). */
void
dsn_read_qmail(struct dsn_reading *r, struct span body)
{
	struct span rest = body;

	for (size_t i = 0; rest.n && i < PARAGRAPH_MAX; i++) {
		struct span start = rest, text = paragraph(r, &rest);
		size_t end = span_find(text, '>');

		if (span_starts(text, SPAN_LIT("---"))) {
			/* Behind the line and an empty one the mail follows. */
			r->dsn->returned = rest.p ? rest : start;
			return;
		}
		if (text.n && text.p[0] == '<' && end + 1 < text.n && text.p[end + 1] == ':')
			add_bounced(r, (struct span){text.p + 1, end - 1},
			    span_trim(span_from(text, end + 2)));
	}
}

/* The addresses are in the header; why stands below each in the text. */
void
dsn_read_exim(struct dsn_reading *r, struct span failed, struct span body)
{
	/* What Exim says stands in front of the mail; each address is looked for in it. */
	struct span said = {body.p, body.n < EXIM_SCAN_MAX ? body.n : EXIM_SCAN_MAX};

	while (failed.p) {
		struct span address = span_trim(span_cut(&failed, ',')), rest = said;
		bool found = false;

		while (rest.n && address.n && !found) {
			struct span line = span_trim(span_cut(&rest, '\n'));

			found = span_ieq(line, address);
			if (found)
				add_bounced(r, address, paragraph(r, &rest));
		}
		if (address.n && !found)
			add_bounced(r, address, no_span);
	}
	for (struct span rest = body; rest.n;) {
		struct span line = span_cut(&rest, '\n');

		if (span_starts(line, SPAN_LIT("------ This is a copy of"))) {
			while (rest.n && !span_trim((struct span){rest.p, span_find(rest, '\n')}).n)
				span_cut(&rest, '\n');
			r->dsn->returned = rest;
			return;
		}
	}
}

bool
dsn_is_qmail(struct span body)
{
	/* The RFC of it is Bernstein's "QSBMF". */
	return span_starts(body, SPAN_LIT("Hi. This is the"));
}
