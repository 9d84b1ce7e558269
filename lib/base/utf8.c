/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

#include "base/octets.h"

size_t
utf8_sequence(struct span s, unsigned *code)
{
	/* By length: the bits that mark the first octet, and the smallest code point that needs
	 * this length. */
	static const struct {
		unsigned char mask, mark;
		unsigned least;
	} form[] = {
	    {0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t n = 1; n <= 4 && n <= s.n; n++) {
		unsigned value;

		if ((p[0] & form[n - 1].mask) != form[n - 1].mark)
			continue;
		value = p[0] & (unsigned char)~form[n - 1].mask;
		for (size_t i = 1; i < n; i++) {
			if ((p[i] & 0xc0) != 0x80)
				return 0;
			value = value << 6 | (p[i] & 0x3f);
		}
		if (value < form[n - 1].least || value > 0x10ffff ||
		    (value >= 0xd800 && value <= 0xdfff))
			return 0;
		if (code)
			*code = value;
		return n;
	}
	return 0;
}

bool
utf8_valid(struct span s)
{
	while (s.n) {
		size_t n = octets_ascii(s);

		if (!n)
			n = utf8_sequence(s, NULL);
		if (!n)
			return false;
		s = span_from(s, n);
	}
	return true;
}

void
utf8_put_lossy(struct buf *out, struct span s)
{
	while (s.n) {
		size_t n = utf8_sequence(s, NULL);

		if (n)
			buf_put(out, (struct span){s.p, n});
		else
			buf_puts(out, "\xef\xbf\xbd");
		s = span_from(s, n ? n : 1);
	}
}

bool
utf8_acts(unsigned code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e ||
	       code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

static bool
shows_as_itself(unsigned code)
{
	return !utf8_acts(code) && !(code >= 0x200b && code <= 0x200d) &&
	       !(code >= 0x2060 && code <= 0x206f) && !(code >= 0xfff0 && code < 0x10000) &&
	       !(code >= 0xe000 && code <= 0xf8ff) && code < 0xe0000;
}

/* Without printf, which needs memory: log lines about the lack of it come through here. */
static void
put_escaped(struct buf *out, struct span octets)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < octets.n; i++) {
		unsigned char c = (unsigned char)octets.p[i];

		buf_put(out, (struct span){(char[]){'\\', 'x', hex[c >> 4], hex[c & 15]}, 4});
	}
}

void
safe_put(struct buf *out, struct span s)
{
	while (s.n) {
		unsigned code = 0;
		size_t n = utf8_sequence(s, &code);

		if (n && code == '\\') {
			buf_puts(out, "\\\\");
		} else if (n && shows_as_itself(code)) {
			buf_put(out, (struct span){s.p, n});
		} else {
			put_escaped(out, (struct span){s.p, n ? n : 1});
		}
		s = span_from(s, n ? n : 1);
	}
}
