/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/mailname.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "base/sha256.h"

enum { SUBJECT_NUMBER_MAX = 200 }; /* digits; more would not fit a file name */

static bool
is_hex_digit(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool
is_subject_id(struct span s)
{
	struct cursor c = cursor_on(s);

	if (cur_run(&c, is_digit, 10).n != 10 || !cur_literal(&c, SPAN_LIT(":")))
		return false;
	if (cur_run(&c, is_hex_digit, 64).n != 64 || !cur_literal(&c, SPAN_LIT(":")))
		return false;
	return cur_run(&c, is_digit, SUBJECT_NUMBER_MAX).n > 0 && cur_done(&c);
}

struct span
mailname_id(struct arena *a, struct span subject, struct span from, int64_t received_utc)
{
	char hex[SHA256_HEX_LEN + 1];

	subject = span_trim(subject);
	if (is_subject_id(subject))
		return arena_span(a, subject);
	sha256_hex_of(from.p ? from : SPAN_LIT("nofrom"), hex);
	return span_str(arena_printf(a, "%lld:%s", (long long)received_utc, hex));
}

struct span
mailname_numbered(struct arena *a, struct span id, unsigned n)
{
	return n == 1 ? id : span_str(arena_printf(a, "%.*s.%u", (int)id.n, id.p, n));
}

static bool
is_safe(char c)
{
	return is_alpha(c) || is_digit(c) || (c && strchr("@._+:=-", c));
}

const char *
mailname_file(struct arena *a, struct span id, struct span rcpt)
{
	const size_t kept = MAILNAME_MAX - 1 - SHA256_HEX_LEN;
	char hex[SHA256_HEX_LEN + 1];
	const char *name;
	struct buf b;

	buf_init(&b, id.n + 1 + 3 * rcpt.n);
	buf_put(&b, id);
	buf_putc(&b, '-');
	for (size_t i = 0; i < rcpt.n; i++) {
		if (is_safe(rcpt.p[i]))
			buf_putc(&b, rcpt.p[i]);
		else
			buf_printf(&b, "%%%02X", (unsigned char)rcpt.p[i]);
	}
	if (b.n > MAILNAME_MAX) {
		sha256_hex_of(buf_span(&b), hex);
		name = arena_printf(a, "%.*s-%s", (int)kept, b.p, hex);
	} else {
		name = arena_dup(a, buf_span(&b));
	}
	buf_free(&b);
	return name;
}
