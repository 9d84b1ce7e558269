/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/sender_domain.h"

#include <arpa/inet.h>

#include "dns/dns_name.h"
#include "mail/header.h"

/* The offset behind the quoted string (RFC 5322 section 3.2.4) that begins at `at`, or the end
 * without a second quote. */
static size_t
skip_quoted(struct span s, size_t at)
{
	for (at++; at < s.n; at++) {
		if (s.p[at] == '\\')
			at++;
		else if (s.p[at] == '"')
			return at + 1;
	}
	return s.n;
}

static bool
ends_word(char c)
{
	return is_blank(c) || (c && strchr("(),;<>\"", c));
}

struct span
address_domain(struct span s)
{
	struct span found = {NULL, 0};
	bool in_angle = false;
	size_t at = 0;

	while (at < s.n) {
		char c = s.p[at];

		if (c == '"') {
			at = skip_quoted(s, at);
			continue;
		}
		if (c == '(') {
			at += header_comment(span_from(s, at));
			continue;
		}
		if (c == '@') {
			size_t from = ++at;

			while (at < s.n && !ends_word(s.p[at]) && s.p[at] != '@')
				at++;
			found = (struct span){s.p + from, at - from};
			continue;
		}
		/* What stood before an angle bracket was a display name, even if it looked like an
		 * address; a comma in the brackets belongs to a source route (RFC 5322
		 * section 4.4), whose last @ counts. */
		if (c == '<')
			found = (struct span){NULL, 0};
		if (found.n && (c == '>' || (!in_angle && (c == ',' || c == ';'))))
			break;
		in_angle = c == '<' || (in_angle && c != '>');
		at++;
	}
	return found;
}

bool
is_internet_name(struct span domain)
{
	char name[DNS_NAME_MAX + 1];
	unsigned char binary[16];

	return domain.n && !dns_name_canonical(domain, name) && strchr(name, '.') &&
	       strcmp(name, ".") != 0 && inet_pton(AF_INET, name, binary) != 1;
}

struct span
sender_domain(struct span from, struct span envelope_sender)
{
	struct span domain = address_domain(from);

	if (!is_internet_name(domain))
		domain = address_domain(envelope_sender);
	return is_internet_name(domain) ? domain : (struct span){NULL, 0};
}
