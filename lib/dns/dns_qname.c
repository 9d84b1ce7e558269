/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_qname.h"

#include "base/cursor.h"

enum { LABEL_MAX = 63 }; /* octets; RFC 1035 section 2.3.4 */

/* The three digits of \DDD. */
static int
take_digits(struct cursor *c)
{
	struct cursor digits;
	uint64_t number;

	if (c->rest.n < 3)
		return -1;
	digits = cursor_on(cur_take(c, 3));
	number = cur_number(&digits, 3);
	return cur_done(&digits) && number <= 255 ? (int)number : -1;
}

/* One octet of a label as text; -1: a backslash with nothing fit behind it. */
static int
take_octet(struct cursor *c)
{
	int octet = cur_peek(c);

	cur_take(c, 1);
	if (octet != '\\' || !c->rest.n)
		return octet == '\\' ? -1 : octet;
	if (is_digit(c->rest.p[0]))
		return take_digits(c);
	octet = cur_peek(c);
	cur_take(c, 1);
	return octet;
}

/* One label, and the dot behind it. */
static bool
take_label(struct cursor *c, struct dns_qname *name)
{
	size_t at = name->n, n = 0;

	while (c->rest.n && c->rest.p[0] != '.') {
		int octet = take_octet(c);

		if (octet < 0 || n == LABEL_MAX || at + n + 2 >= DNS_QNAME_MAX)
			return false;
		name->wire[at + ++n] = (unsigned char)octet;
	}
	if (c->rest.n)
		cur_take(c, 1);
	name->wire[at] = (unsigned char)n;
	name->n = (unsigned char)(at + 1 + n);
	return n > 0;
}

bool
dns_qname_read(struct span text, struct dns_qname *name)
{
	struct cursor c = cursor_on(text);

	name->n = 0;
	if (!text.n)
		return false;
	if (!span_eq(text, SPAN_LIT(".")))
		while (c.rest.n)
			if (!take_label(&c, name))
				return false;
	name->wire[name->n++] = 0;
	return true;
}

static void
put_octet(struct buf *out, unsigned char octet)
{
	if (octet <= ' ' || octet >= 0x7f) {
		buf_putc(out, '\\');
		buf_putc(out, (char)('0' + octet / 100));
		buf_putc(out, (char)('0' + octet / 10 % 10));
		buf_putc(out, (char)('0' + octet % 10));
		return;
	}
	if (octet == '.' || octet == ';' || octet == '(' || octet == ')' || octet == '\\')
		buf_putc(out, '\\');
	buf_putc(out, (char)octet);
}

static bool
is_plain(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-' || c == '_';
}

static void
put(struct buf *out, struct span wire, bool lower)
{
	struct span labels[DNS_QNAME_LABELS];
	size_t n = dns_qname_labels(wire, labels);

	if (!n)
		buf_putc(out, '.');
	for (size_t i = 0; i < n; i++) {
		char *to = buf_room(out, 1 + labels[i].n);
		size_t k = 0;

		if (!to)
			return; /* the buf remembers */
		if (i)
			*to++ = '.';
		for (; k < labels[i].n && is_plain(labels[i].p[k]); k++)
			to[k] = lower ? to_lower(labels[i].p[k]) : labels[i].p[k];
		buf_added(out, k + (i ? 1 : 0));
		for (; k < labels[i].n; k++)
			put_octet(out,
			    (unsigned char)(lower ? to_lower(labels[i].p[k]) : labels[i].p[k]));
	}
}

void
dns_qname_put(struct buf *out, struct span wire)
{
	put(out, wire, false);
}

void
dns_qname_put_lower(struct buf *out, struct span wire)
{
	put(out, wire, true);
}

void
dns_qname_lower(unsigned char *wire, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wire[i] = (unsigned char)to_lower((char)wire[i]);
}

size_t
dns_qname_labels(struct span wire, struct span labels[DNS_QNAME_LABELS])
{
	size_t n = 0, at = 0;

	while (n < DNS_QNAME_LABELS && at < wire.n && wire.p[at]) {
		size_t len = (unsigned char)wire.p[at];

		if (len > wire.n - at - 1)
			break;
		labels[n++] = (struct span){wire.p + at + 1, len};
		at += 1 + len;
	}
	return n;
}
