/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/mailto.h"

#include "probe/message.h"
#include "probe/probe_name.h"

enum { LINK_MAX = 64 * 1024 };

void
mailto_encode(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (is_alpha(c) || is_digit(c) || (c && strchr("-._~", c)))
			buf_putc(out, c);
		else
			buf_printf(out, "%%%02X", (unsigned char)c);
	}
}

/* addr-spec in the path: '@' stays as it is (RFC 6068 section 2). */
static void
put_address(struct arena *a, struct buf *out, const struct mailto *m, const struct ledger_probe *p)
{
	struct span host = span_str(probe_address(a, p, m->domain));

	mailto_encode(out, span_cut(&host, '@'));
	buf_putc(out, '@');
	mailto_encode(out, host);
}

/* Line ends of the body are %0D%0A (RFC 6068 section 5). */
static void
put_body(struct buf *out, const struct mailto *m)
{
	struct buf text;
	struct span rest;

	buf_init(&text, LINK_MAX);
	buf_puts(&text, "This is a test mail; please send it as it is, once.\n");
	message_about(&text, m->domain, m->contact);
	rest = buf_span(&text);
	while (rest.n) {
		mailto_encode(out, span_cut(&rest, '\n'));
		buf_puts(out, "%0D%0A");
	}
	buf_free(&text);
}

/* The link of `n` probes from the first on. */
static void
put_link(struct arena *a, struct buf *out, const struct mailto *m, const struct ledger_probe *first,
    size_t n)
{
	buf_puts(out, "mailto:");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(out, ',');
		put_address(a, out, m, &first[i]);
	}
	buf_puts(out, "?subject=");
	mailto_encode(
	    out, span_str(probe_subject(a, m->time_us, m->set, n == 1 ? first->number : 0)));
	if (m->brief)
		return;
	buf_puts(out, "&body=");
	put_body(out, m);
}

static void
put_escaped(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&': buf_puts(out, "&amp;"); break;
		case '<': buf_puts(out, "&lt;"); break;
		case '>': buf_puts(out, "&gt;"); break;
		case '"': buf_puts(out, "&quot;"); break;
		default: buf_putc(out, s.p[i]);
		}
}

static void
put_line(struct buf *out, const struct mailto *m, struct span link, int64_t position)
{
	if (!m->html) {
		buf_put(out, link);
		buf_putc(out, '\n');
		return;
	}
	buf_puts(out, "<li><a href=\"");
	put_escaped(out, link);
	if (m->set->all_in_one)
		buf_printf(out, "\">all %zu test mails in one</a></li>\n", m->set->probes_n);
	else
		buf_printf(out, "\">test mail %lld of %zu</a></li>\n", (long long)position,
		    m->set->probes_n);
}

void
mailto_put(struct arena *a, struct buf *out, const struct mailto *m)
{
	size_t step = m->set->all_in_one ? m->set->probes_n : 1;
	struct buf link;

	buf_init(&link, LINK_MAX);
	if (m->html)
		buf_puts(out, "<ol>\n");
	for (size_t i = 0; i < m->set->probes_n; i += step) {
		const struct ledger_probe *p = &m->set->probes[i];

		buf_clear(&link);
		put_link(a, &link, m, p, step);
		put_line(out, m, buf_span(&link), p->position);
	}
	if (m->html)
		buf_puts(out, "</ol>\n");
	buf_free(&link);
}
