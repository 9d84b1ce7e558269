/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/hostname.h"

#include "base/utf8.h"
#include "dns/idn.h"

enum { LABEL_MAX = 63 }; /* octets; RFC 1035 section 2.3.4 */

/* What an octet becomes in a host name; 0: it has no place in one.  16 octets a line. */
static const char host_octet[256] = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				    "\0\0\0\0\0\0\0\0\0\0*\0\0-.\0"
				    "0123456789\0\0\0\0\0\0"
				    "\0abcdefghijklmno"
				    "pqrstuvwxyz\0\0\0\0_"
				    "\0abcdefghijklmno"
				    "pqrstuvwxyz";

static struct span
without_end_dots(struct span s)
{
	while (s.n && s.p[s.n - 1] == '.')
		s.n--;
	return s;
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* Copies a name in lower case, and looks at its labels on the way. */
static enum hostname_kind
take_host(struct span s, struct hostname *out)
{
	size_t label_n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = host_octet[(unsigned char)s.p[i]];

		label_n = c == '.' ? 0 : label_n + 1;
		if (!c || label_n > LABEL_MAX || (c == '.' && (i == 0 || s.p[i - 1] == '.')) ||
		    (c == '*' && (i > 0 || (s.n > 1 && s.p[1] != '.'))))
			return HOSTNAME_TEXT;
		out->text[i] = c;
	}
	out->text[s.n] = '\0';
	out->n = s.n;
	return HOSTNAME_HOST;
}

/* Any text but blanks and controls, in lower case. */
static enum hostname_kind
take_text(struct span s, struct hostname *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return HOSTNAME_NONE;
		out->text[i] = to_lower(s.p[i]);
	}
	out->text[s.n] = '\0';
	out->n = s.n;
	return HOSTNAME_TEXT;
}

enum hostname_kind
hostname_read(struct span s, struct hostname *out)
{
	char ascii[IDN_MAX + 1];

	s = span_trim(s);
	if (!is_ascii(s)) {
		if (!idn_to_ascii(s, ascii))
			return HOSTNAME_NONE;
		s = span_str(ascii);
	}
	s = without_end_dots(s);
	if (s.n == 0)
		return HOSTNAME_ROOT;
	if (s.n > HOSTNAME_MAX)
		return HOSTNAME_NONE;
	return take_host(s, out) == HOSTNAME_HOST ? HOSTNAME_HOST : take_text(s, out);
}

enum hostname_kind
hostname_read_as_is(struct span s, struct hostname *out)
{
	enum hostname_kind kind;

	s = span_trim(s);
	if (without_end_dots(s).n == 0)
		return HOSTNAME_ROOT;
	if (s.n > HOSTNAME_MAX || !utf8_valid(s))
		return HOSTNAME_NONE;
	kind = take_host(without_end_dots(s), out) == HOSTNAME_HOST ? HOSTNAME_HOST
								    : take_text(s, out);
	memcpy(out->text, s.p, s.n);
	out->text[s.n] = '\0';
	out->n = s.n;
	return kind;
}
