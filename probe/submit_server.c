/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cursor.h"
#include "base/ip.h"
#include "probe/submit.h"

enum { PORT_SUBMISSION = 587, PORT_SUBMISSIONS = 465, HOST_LEN_MAX = 253 };

static bool
is_host_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
}

static bool
is_ip6_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
	       c == '.';
}

static struct span
take_host(struct cursor *c)
{
	struct span host;
	struct ip ip;

	if (!cur_maybe(c, SPAN_LIT("["))) {
		host = cur_run(c, is_host_char, HOST_LEN_MAX);
		if (!host.n || host.p[0] == '-' || host.p[0] == '.')
			cur_fail(c);
		return host;
	}
	host = cur_run(c, is_ip6_char, HOST_LEN_MAX);
	cur_literal(c, SPAN_LIT("]"));
	if (!c->failed && (!ip_read(host, &ip) || !memchr(host.p, ':', host.n)))
		cur_fail(c);
	return host;
}

const char *
submit_server_parse(struct arena *a, const char *text, struct submit_server *server)
{
	struct cursor c = cursor_on(span_str(text));
	struct span host;

	server->tls_at_once = cur_maybe_i(&c, SPAN_LIT("smtps://"));
	if (!server->tls_at_once && !cur_maybe_i(&c, SPAN_LIT("smtp://")))
		cur_fail(&c);
	server->port = server->tls_at_once ? PORT_SUBMISSIONS : PORT_SUBMISSION;
	host = take_host(&c);
	if (cur_maybe(&c, SPAN_LIT(":")))
		server->port = (int)cur_number(&c, 5);
	cur_maybe(&c, SPAN_LIT("/"));
	if (!cur_done(&c) || server->port < 1 || server->port > 65535)
		return arena_printf(a,
		    "--submission %s: is not of the form smtp://HOST[:PORT] or smtps://HOST[:PORT]",
		    text);
	server->host = arena_dup(a, host);
	return NULL;
}
