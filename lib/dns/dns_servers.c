/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_servers.h"

#include <stdio.h>

#include "base/cursor.h"

enum { RESOLV_CONF_MAX = 65536, LINE_MAX_LEN = 1024 };

static bool
is_address_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '.' || c == ':' || c == '%';
}

struct option_list
dns_servers_of(struct arena *a, struct span resolv_conf)
{
	const char **v = arena_alloc(a, DNS_SERVERS_MAX * sizeof *v);
	size_t n = 0;

	while (resolv_conf.p && n < DNS_SERVERS_MAX) {
		struct cursor c = cursor_on(span_cut(&resolv_conf, '\n'));
		struct span address;

		if (!cur_maybe(&c, SPAN_LIT("nameserver")) || !is_blank((char)cur_peek(&c)))
			continue;
		cur_blanks(&c, LINE_MAX_LEN);
		address = cur_run(&c, is_address_char, LINE_MAX_LEN);
		if (address.n)
			v[n++] = arena_dup(a, address);
	}
	if (!n)
		v[n++] = "127.0.0.1";
	return (struct option_list){v, n};
}

struct option_list
dns_servers(struct arena *a, struct option_list given)
{
	struct span text = {"", 0};
	FILE *f;

	if (given.n) {
		given.n = given.n < DNS_SERVERS_MAX ? given.n : DNS_SERVERS_MAX;
		return given;
	}
	f = fopen(RESOLV_CONF, "re");
	if (f) {
		char *p = arena_alloc(a, RESOLV_CONF_MAX);

		text = (struct span){p, fread(p, 1, RESOLV_CONF_MAX, f)};
		fclose(f);
	}
	return dns_servers_of(a, text);
}

bool
dns_server_read(struct span text, struct span *address, unsigned *port)
{
	size_t at = span_find(text, '@');
	struct cursor c;

	if (at == text.n)
		at = span_find(text, '#');
	*address = (struct span){text.p, at};
	*port = DNS_PORT;
	if (at == text.n)
		return true;
	c = cursor_on(span_from(text, at + 1));
	*port = (unsigned)cur_number(&c, 5);
	return cur_done(&c) && *port >= 1 && *port <= 65535;
}

bool
dns_server_is_loopback(const char *address)
{
	return span_starts(span_str(address), SPAN_LIT("127.")) || !strcmp(address, "::1");
}
