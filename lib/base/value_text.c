/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/value_text.h"

#include "base/cursor.h"
#include "base/utf8.h"

enum { REPLACEMENT = 0xfffd, CODE_MAX = 0x10ffff };

/* Takes exactly n hex digits; fails without them. */
static unsigned
take_hex(struct cursor *c, size_t n)
{
	unsigned value = 0;

	for (size_t i = 0; i < n; i++) {
		int digit = i < c->rest.n ? hex_value(c->rest.p[i]) : -1;

		if (digit < 0) {
			cur_fail(c);
			return 0;
		}
		value = value << 4 | (unsigned)digit;
	}
	c->rest = span_from(c->rest, n);
	return value;
}

static bool
is_high(unsigned code)
{
	return code >= 0xd800 && code < 0xdc00;
}

static bool
is_low(unsigned code)
{
	return code >= 0xdc00 && code < 0xe000;
}

static void
put_code(struct buf *out, unsigned code)
{
	if (code > CODE_MAX || is_high(code) || is_low(code))
		code = REPLACEMENT;
	if (code < 0x80) {
		buf_putc(out, (char)code);
		return;
	}
	if (code < 0x800) {
		buf_putc(out, (char)(0xc0 | code >> 6));
	} else {
		if (code < 0x10000) {
			buf_putc(out, (char)(0xe0 | code >> 12));
		} else {
			buf_putc(out, (char)(0xf0 | code >> 18));
			buf_putc(out, (char)(0x80 | (code >> 12 & 0x3f)));
		}
		buf_putc(out, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	buf_putc(out, (char)(0x80 | (code & 0x3f)));
}

/* Behind \u in JSON: two of them may be one code point. */
static void
put_json_code(struct buf *out, struct cursor *c, bool strict)
{
	unsigned code = take_hex(c, 4);

	if (is_high(code)) {
		struct cursor next = *c;
		unsigned low = cur_maybe(&next, SPAN_LIT("\\u")) ? take_hex(&next, 4) : 0;

		if (!next.failed && is_low(low)) {
			*c = next;
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	if (strict && (is_high(code) || is_low(code)))
		cur_fail(c);
	if (!c->failed)
		put_code(out, code);
}

/* Appends what stands before the next backslash and takes both and the octet behind it; -1 at the
 * end of the text. */
static int
next_escape(struct buf *out, struct cursor *c)
{
	struct span plain = {c->rest.p, span_find(c->rest, '\\')};
	int octet;

	buf_put(out, plain);
	if (plain.n == c->rest.n) {
		c->rest = span_from(c->rest, plain.n);
		return -1;
	}
	c->rest = span_from(c->rest, plain.n + 1);
	octet = cur_peek(c);
	if (octet < 0)
		cur_fail(c); /* a backslash at the very end */
	c->rest = span_from(c->rest, 1);
	return octet;
}

static bool
put_json(struct buf *out, struct span s, bool strict)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	struct cursor c = cursor_on(s);

	while (!c.failed && c.rest.n) {
		int octet = next_escape(out, &c);
		const char *at = octet > 0 ? strchr(from, octet) : NULL;

		if (at)
			buf_putc(out, to[at - from]);
		else if (octet == 'u')
			put_json_code(out, &c, strict);
		else if (octet >= 0)
			cur_fail(&c);
	}
	return !c.failed && !out->overflow;
}

bool
value_text_json(struct buf *out, struct span s)
{
	return put_json(out, s, false);
}

bool
value_text_strict(struct buf *out, struct span s)
{
	return put_json(out, s, true);
}

/* Behind the first octal digit: up to two more. */
static unsigned
take_octal(struct cursor *c, char first)
{
	unsigned value = (unsigned)(first - '0');

	for (int i = 0; i < 2; i++) {
		int octet = cur_peek(c);

		if (octet < '0' || octet > '7')
			break;
		value = value << 3 | (unsigned)(octet - '0');
		c->rest = span_from(c->rest, 1);
	}
	return value;
}

static void
put_unit(struct buf *out, unsigned unit, bool bytes)
{
	if (bytes)
		buf_putc(out, (char)(unit & 0xff));
	else
		put_code(out, unit);
}

/* Behind \N: {NAME}. */
static void
put_named(struct buf *out, struct cursor *c)
{
	enum { NAME_MAX_LEN = 200 };

	if (cur_literal(c, SPAN_LIT("{")) && cur_until(c, SPAN_LIT("}"), NAME_MAX_LEN).n)
		put_code(out, REPLACEMENT);
	else
		cur_fail(c);
}

static void
put_python_escape(struct buf *out, struct cursor *c, char octet, bool bytes)
{
	static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
	const char *at = octet ? strchr(from, octet) : NULL;
	size_t digits = octet == 'x' ? 2 : bytes ? 0 : octet == 'u' ? 4 : octet == 'U' ? 8 : 0;

	if (at) {
		buf_putc(out, to[at - from]);
	} else if (octet >= '0' && octet <= '7') {
		put_unit(out, take_octal(c, octet), bytes);
	} else if (digits) {
		unsigned code = take_hex(c, digits);

		if (!c->failed)
			put_unit(out, code, bytes);
	} else if (octet == 'N' && !bytes) {
		put_named(out, c);
	} else if (octet != '\n') { /* that one joins two lines */
		buf_putc(out, '\\');
		buf_putc(out, octet);
	}
}

bool
value_text_python(struct buf *out, struct span s, bool bytes)
{
	struct cursor c = cursor_on(s);

	while (!c.failed && c.rest.n) {
		int octet = next_escape(out, &c);

		if (octet >= 0)
			put_python_escape(out, &c, (char)octet, bytes);
	}
	return !c.failed && !out->overflow;
}

void
value_text_put_python(struct buf *out, struct span s)
{
	buf_putc(out, '\'');
	while (s.n) {
		unsigned code = REPLACEMENT;
		size_t n = utf8_sequence(s, &code);

		if (code == '\'' || code == '\\')
			buf_printf(out, "\\%c", (int)code);
		else if (code >= ' ' && code < 0x7f)
			buf_putc(out, (char)code);
		else if (code < 0x100)
			buf_printf(out, "\\x%02x", code);
		else
			buf_printf(out, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
		s = span_from(s, n ? n : 1);
	}
	buf_putc(out, '\'');
}
