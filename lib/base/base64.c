/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/base64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_put(struct buf *out, struct span s)
{
	for (; s.n; s = span_from(s, 3)) {
		uint32_t bits = 0;
		char text[4];

		for (size_t i = 0; i < 3; i++)
			bits = bits << 8 | (i < s.n ? (unsigned char)s.p[i] : 0);
		for (size_t i = 0; i < 4; i++)
			text[i] = i <= s.n ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
		buf_put(out, (struct span){text, sizeof text});
	}
}

bool
base64_take(struct buf *out, struct span s)
{
	if (s.n % 4)
		return false;
	for (; s.n; s = span_from(s, 4)) {
		size_t digits = s.n > 4 || s.p[3] != '=' ? 4 : s.p[2] != '=' ? 3 : 2;
		uint32_t bits = 0;

		for (size_t i = 0; i < 4; i++) {
			const char *at = i < digits && s.p[i] ? strchr(alphabet, s.p[i]) : NULL;

			if (i < digits && !at)
				return false;
			bits = bits << 6 | (at ? (uint32_t)(at - alphabet) : 0);
		}
		if (digits < 4 && bits & (digits == 3 ? 0xff : 0xffff))
			return false;
		for (size_t i = 0; i + 1 < digits; i++)
			buf_putc(out, (char)(bits >> (16 - 8 * i)));
	}
	return true;
}
