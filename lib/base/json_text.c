/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json_text.h"

#include "base/utf8.h"

/* Controls, the quote and the backslash. */
static const bool needs_escape[0x80] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ['"'] = 1, ['\\'] = 1};

/* One octet of ASCII that JSON wants escaped; what follows it in the output. */
static char *
put_escaped(char *to, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *at = c ? strchr(plain, c) : NULL;

	*to++ = '\\';
	if (at) {
		*to++ = letters[at - plain];
		return to;
	}
	memcpy(to, "u00", 3);
	to[3] = hex[c >> 4];
	to[4] = hex[c & 15];
	return to + 5;
}

/* One sequence of UTF-8, taken from *s, or U+FFFD for an octet that is part of none. */
static char *
put_sequence(char *to, struct span *s)
{
	size_t octets = utf8_sequence(*s, NULL);

	memcpy(to, octets ? s->p : "\xef\xbf\xbd", octets ? octets : 3);
	*s = span_from(*s, octets ? octets : 1);
	return to + (octets ? octets : 3);
}

void
json_text_string(struct buf *out, struct span s)
{
	enum { OCTET_MAX = 6 }; /* what one octet can become: a control as \u001f */
	char *start = buf_room(out, OCTET_MAX * s.n + 2), *to = start;

	if (!start)
		return; /* the buf remembers */
	*to++ = '"';
	while (s.n) {
		unsigned char octet = (unsigned char)s.p[0];

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
