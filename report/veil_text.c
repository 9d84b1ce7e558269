/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses within free text.  What is in doubt is replaced: four numbers with dots are an address.
 */
#include <stdio.h>

#include "base/buf.h"
#include "base/ip.h"
#include "report/veil_parts.h"

enum { LOCAL_MAX = 320, NIBBLES_LEAST = 8, IP_RUN_MAX = 64 };

static bool
is_alnum(char c)
{
	return is_alpha(c) || is_digit(c);
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 5322 atext, the dot, and what is no ASCII (RFC 6531); also what stands for octets in other
 * notations. */
static bool
is_local(char c)
{
	return is_alnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~.", c)) || (unsigned char)c >= 0x80;
}

/* Four numbers below 256 with the same mark between them; their octets, 0: there are none. */
static size_t
ipv4_at(struct span s, struct ip *ip)
{
	char mark = 0;
	size_t at = 0;

	*ip = (struct ip){0};
	for (int i = 0; i < 4; i++) {
		unsigned value = 0;
		size_t digits = 0;

		if (i && (at == s.n || !strchr(".-_", s.p[at]) || (mark && s.p[at] != mark)))
			return 0;
		if (i)
			mark = s.p[at++];
		while (at < s.n && is_digit(s.p[at]) && digits < 3) {
			value = value * 10 + (unsigned)(s.p[at++] - '0');
			digits++;
		}
		if (!digits || value > 255 || (at < s.n && is_digit(s.p[at])))
			return 0;
		ip->octets[i] = (unsigned char)value;
	}
	return at;
}

/* The longest start of s that is an IPv6 address with such a mark; its octets. */
static size_t
ipv6_at(struct span s, char mark, struct ip *ip)
{
	char run[IP_RUN_MAX];
	size_t n = 0, marks = 0;

	while (n < s.n && n < sizeof run && (is_hex(s.p[n]) || s.p[n] == mark || s.p[n] == '.')) {
		marks += s.p[n] == mark;
		run[n] = s.p[n] == mark ? ':' : s.p[n];
		n++;
	}
	/* A name with two hyphens is no address. */
	if (mark == '-' && (marks < 3 || (n < s.n && is_alnum(s.p[n]))))
		return 0;
	for (; marks >= 2 && n > 2; n--)
		if (ip_read((struct span){run, n}, ip) && (ip->v6 || mark == ':'))
			return n;
	return 0;
}

/* 2.0.0.0.8.b.d.0...: of ip6.arpa or a block list. */
static size_t
nibbles_at(struct span s)
{
	size_t at = 0, n = 0;

	while (at < s.n && is_hex(s.p[at]) && (at + 1 == s.n || !is_alnum(s.p[at + 1]))) {
		n++;
		at++;
		if (at + 1 >= s.n || s.p[at] != '.')
			break;
		at++;
	}
	if (at && s.p[at - 1] == '.')
		at--;
	return n >= NIBBLES_LEAST ? at : 0;
}

static size_t
known_at(const struct veil *v, struct span s, const char **veiled)
{
	for (size_t i = 0; i < v->known_n; i++) {
		struct span word = v->known[i].word;

		if (span_istarts(s, word) && (word.n == s.n || !is_alnum(s.p[word.n]))) {
			*veiled = v->known[i].stand_in;
			return word.n;
		}
	}
	return 0;
}

/* A thing to be replaced that begins here; its octets.  `before` is the octet in front. */
static size_t
thing_at(
    const struct veil *v, struct span s, char before, char out[STAND_IN_MAX], const char **veiled)
{
	char text[IP_TEXT_MAX];
	struct ip ip;
	size_t n = is_alnum(before) ? 0 : known_at(v, s, veiled);

	if (n)
		return n;
	*veiled = out;
	if (!is_alnum(before) && (n = nibbles_at(s))) {
		stand_in(v->key, "ip6", (struct span){s.p, n}, out);
		return n;
	}
	if (!is_alnum(before) && ((n = ipv6_at(s, ':', &ip)) || (n = ipv6_at(s, '-', &ip)))) {
		stand_in(v->key, ip.v6 ? "ip6" : "ip4", span_str(ip_text(&ip, text)), out);
		return n;
	}
	if (!is_digit(before) && (n = ipv4_at(s, &ip)))
		stand_in(v->key, "ip4", span_str(ip_text(&ip, text)), out);
	return n;
}

/* Text that holds no local part. */
static void
put_rest(const struct veil *v, struct buf *out, struct span s)
{
	char before = 0;

	while (s.n) {
		char text[STAND_IN_MAX];
		const char *veiled;
		size_t n = thing_at(v, s, before, text, &veiled);

		if (n)
			buf_puts(out, veiled);
		else
			buf_putc(out, s.p[0]);
		n = n ? n : 1;
		before = s.p[n - 1];
		s = span_from(s, n);
	}
}

/* Where the local part in front of the `@` at `at` begins; not before `from`. */
static size_t
local_start(struct span s, size_t from, size_t at)
{
	size_t start = at;

	if (at > from && s.p[at - 1] == '"') {
		start = at - 1;
		while (start > from && s.p[start - 1] != '"')
			start--;
		return start > from ? start - 1 : from;
	}
	while (start > from && is_local(s.p[start - 1]))
		start--;
	return start;
}

static size_t
domain_end(struct span s, size_t at)
{
	while (at < s.n && (is_alnum(s.p[at]) || s.p[at] == '-' || s.p[at] == '.' ||
			       (unsigned char)s.p[at] >= 0x80))
		at++;
	while (at && s.p[at - 1] == '.')
		at--;
	return at;
}

const char *
veil_text(struct veil *v, struct arena *a, const char *text)
{
	struct span s = span_str(text);
	const char *veiled;
	struct buf out;
	size_t from = 0;

	if (!v || !text || !*text)
		return text;
	buf_init(&out, 16 * s.n + 1024);
	for (size_t at = 0; at < s.n; at++) {
		char user[STAND_IN_MAX];
		size_t start;

		if (s.p[at] != '@')
			continue;
		start = local_start(s, from, at);
		put_rest(v, &out, (struct span){s.p + from, start - from});
		if (start < at) {
			stand_in(v->key, "user",
			    (struct span){s.p + start, domain_end(s, at + 1) - start}, user);
			buf_puts(&out, user);
		}
		buf_putc(&out, '@');
		from = at + 1;
	}
	put_rest(v, &out, span_from(s, from));
	veiled = arena_dup(a, buf_span(&out));
	buf_free(&out);
	return veiled;
}
