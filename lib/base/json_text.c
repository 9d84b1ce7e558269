/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json_text.h"

#include "base/octets.h"
#include "base/utf8.h"

enum {
	ESCAPE = 6,    /* octets: \u001f */
	OCTET_MAX = 6, /* what one octet can become: nothing escaped is over U+FFFF */
};

/* Controls, the quote and the backslash. */
static const bool needs_escape[0x80] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ['"'] = 1, ['\\'] = 1, [0x7f] = 1};

/* \uXXXX; what follows it in the output. */
static char *
put_code(char *to, unsigned code)
{
	static const char hex[] = "0123456789abcdef";

	*to++ = '\\';
	*to++ = 'u';
	for (int shift = 12; shift >= 0; shift -= 4)
		*to++ = hex[code >> shift & 15];
	return to;
}

/* One octet of ASCII that JSON wants escaped. */
static char *
put_escaped(char *to, unsigned char c)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *at = c ? strchr(plain, c) : NULL;

	if (!at)
		return put_code(to, c);
	*to++ = '\\';
	*to++ = letters[at - plain];
	return to;
}

/* One sequence of UTF-8, taken from *s, or U+FFFD for an octet that is part of none. */
static char *
put_sequence(char *to, struct span *s)
{
	unsigned code = 0;
	size_t octets = utf8_sequence(*s, &code);
	struct span text = octets ? (struct span){s->p, octets} : SPAN_LIT("\xef\xbf\xbd");

	*s = span_from(*s, octets ? octets : 1);
	if (octets && utf8_acts(code))
		return put_code(to, code);
	memcpy(to, text.p, text.n);
	return to + text.n;
}

void
json_text_string(struct buf *out, struct span s)
{
	char *start = buf_room(out, OCTET_MAX * s.n + 2), *to = start;

	if (!start)
		return; /* the buf remembers */
	*to++ = '"';
	while (s.n) {
		unsigned char octet = (unsigned char)s.p[0];

		if (s.n >= 8 && !octets_no_json(octets_load(s.p))) {
			memcpy(to, s.p, 8);
			to += 8;
			s = span_from(s, 8);
			continue;
		}
		if (octet >= 0x80) {
			to = put_sequence(to, &s);
			continue;
		}
		if (needs_escape[octet])
			to = put_escaped(to, octet);
		else
			*to++ = (char)octet;
		s.p++;
		s.n--;
	}
	*to++ = '"';
	buf_added(out, (size_t)(to - start));
}

void
json_text_string_or_null(struct buf *out, struct span s)
{
	if (s.p)
		json_text_string(out, s);
	else
		buf_put(out, SPAN_LIT("null"));
}

void
json_text_int(struct buf *out, int64_t value)
{
	char text[24];
	size_t at = sizeof text;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do
		text[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		text[--at] = '-';
	buf_put(out, (struct span){text + at, sizeof text - at});
}

void
json_text_seconds(struct buf *out, int64_t us)
{
	int64_t fraction = us % 1000000;

	if (us < 0) {
		/* Before 1970: no log is, but a stamp may say so. */
		json_text_int(out, us / 1000000);
		return;
	}
	json_text_int(out, us / 1000000);
	if (!fraction)
		return;
	buf_putc(out, '.');
	for (int64_t digit = 100000; digit; digit /= 10)
		buf_putc(out, (char)('0' + fraction / digit % 10));
}

void
json_text_next(struct buf *out)
{
	char before = out->n ? out->p[out->n - 1] : '{';

	if (before != '{' && before != '[')
		buf_putc(out, ',');
}

void
json_text_key(struct buf *out, const char *key)
{
	size_t n = strlen(key);
	char *to;

	json_text_next(out);
	to = buf_room(out, n + 3);
	if (!to)
		return; /* the buf remembers */
	to[0] = '"';
	memcpy(to + 1, key, n);
	memcpy(to + 1 + n, "\":", 2);
	buf_added(out, n + 3);
}

/* Octets of JSON text before the first that json_text_string would not have let stand. */
static size_t
tame_part(struct span text)
{
	struct span rest = text;

	while (rest.n) {
		bool skip = rest.n >= 8 && !octets_no_text(octets_load(rest.p));
		size_t n = skip ? 8 : 0;
		unsigned code = 0;

		if (!n && (unsigned char)rest.p[0] >= 0x7f)
			n = utf8_sequence(rest, &code);
		if (code && utf8_acts(code))
			break;
		rest = span_from(rest, n ? n : 1);
	}
	return text.n - rest.n;
}

void
json_text_tame(struct buf *out, size_t from)
{
	size_t at = from + tame_part(span_from(buf_span(out), from));
	struct span rest;
	struct buf was;

	if (at == out->n)
		return;
	rest = span_from(buf_span(out), at);
	buf_init(&was, rest.n);
	buf_put(&was, rest);
	out->n = at;
	for (rest = buf_span(&was); rest.n;) {
		size_t n = tame_part(rest);
		unsigned code = 0;
		char text[ESCAPE];

		buf_put(out, (struct span){rest.p, n});
		rest = span_from(rest, n);
		if (!rest.n)
			break;
		n = utf8_sequence(rest, &code);
		buf_put(out, (struct span){text, (size_t)(put_code(text, code) - text)});
		rest = span_from(rest, n);
	}
	buf_free(&was);
}
