/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_name.h"

#include <unistd.h>

#include "base/cursor.h"

enum { LABEL_MAX = 63 }; /* octets; RFC 1035 section 2.3.4 */

static bool
is_label_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '*' || c == '/';
}

const char *
dns_name_canonical(struct span s, char out[DNS_NAME_MAX + 1])
{
	struct span rest;

	if (span_eq(s, SPAN_LIT("."))) {
		memcpy(out, ".", 2);
		return NULL;
	}
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	if (!s.n)
		return "empty";
	if (s.n > DNS_NAME_MAX)
		return "longer than 253 octets";
	rest = s;
	while (rest.p) {
		struct span label = span_cut(&rest, '.');
		struct cursor c = cursor_on(label);

		if (!label.n)
			return "has an empty label";
		if (label.n > LABEL_MAX)
			return "has a label longer than 63 octets";
		cur_run(&c, is_label_char, LABEL_MAX);
		if (!cur_done(&c))
			return "has an octet that no host or service name has";
	}
	for (size_t i = 0; i < s.n; i++)
		out[i] = to_lower(s.p[i]);
	out[s.n] = '\0';
	return NULL;
}

const char *
dns_name_own(struct arena *a, const char *given)
{
	char host[256] = "", name[DNS_NAME_MAX + 1];

	if (given)
		return given;
	if (gethostname(host, sizeof host - 1) || dns_name_canonical(span_str(host), name))
		return NULL;
	return arena_dup(a, span_str(name));
}
