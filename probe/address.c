/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/address.h"

#include "base/utf8.h"

enum { LOCAL_LEN_MAX = 64, LABEL_LEN_MAX = 63 };

static bool
is_atext(char c)
{
	return is_alpha(c) || is_digit(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool
is_local(struct span s)
{
	while (s.p) {
		struct span atom = span_cut(&s, '.');

		if (!atom.n)
			return false;
		for (size_t i = 0; i < atom.n; i++)
			if (!is_atext(atom.p[i]))
				return false;
	}
	return true;
}

static bool
is_host(struct span s)
{
	while (s.p) {
		struct span label = span_cut(&s, '.');

		if (!label.n || label.n > LABEL_LEN_MAX || label.p[0] == '-' ||
		    label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_alpha(label.p[i]) && !is_digit(label.p[i]) && label.p[i] != '-')
				return false;
	}
	return true;
}

bool
address_is_plain(struct span s)
{
	size_t at = span_find(s, '@');
	struct span host = span_from(s, at + 1);

	return s.n <= ADDRESS_LEN_MAX && at > 0 && at <= LOCAL_LEN_MAX && host.n &&
	       is_local((struct span){s.p, at}) && is_host(host);
}

bool
words_are_plain(struct span s)
{
	struct buf shown;
	bool plain;

	if (!s.n || s.n > WORDS_LEN_MAX || span_trim(s).n != s.n)
		return false;
	buf_init(&shown, 4 * WORDS_LEN_MAX);
	safe_put(&shown, s);
	plain = span_eq(buf_span(&shown), s);
	buf_free(&shown);
	return plain;
}
