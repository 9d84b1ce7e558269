/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mail/probe.h"

static const struct span none = {NULL, 0};

static bool
is_token(struct span s)
{
	if (s.n != PROBE_TOKEN_LEN)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alpha(s.p[i]) && !(s.p[i] >= '2' && s.p[i] <= '7'))
			return false;
	return true;
}

static struct span
lower(struct arena *a, struct span s)
{
	char *p = arena_dup(a, s);

	for (size_t i = 0; i < s.n; i++)
		p[i] = to_lower(p[i]);
	return (struct span){p, s.n};
}

/* What stands in front of "." and `domain`, or none. */
static struct span
below(struct span name, struct span domain)
{
	size_t n;

	if (!domain.n || name.n <= domain.n + 1)
		return none;
	n = name.n - domain.n - 1;
	if (name.p[n] != '.' || !span_ieq(span_from(name, n + 1), domain))
		return none;
	return (struct span){name.p, n};
}

static struct span
without_dot(struct span name)
{
	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	return name;
}

/* The part behind the first '+' of a local part. */
static struct span
extension(struct span local)
{
	span_cut(&local, '+');
	return local;
}

struct probe
probe_of_address(struct arena *a, struct span address, struct span domain)
{
	struct probe found = {none, none};
	struct span local = address, host = none, label, rest;

	for (size_t i = address.n; i > 0; i--) {
		if (address.p[i - 1] ==
		    '@') { /* the last one: a quoted local part may hold others */
			local.n = i - 1;
			host = without_dot(span_from(address, i));
			break;
		}
	}
	rest = host;
	label = span_cut(&rest, '.');
	if (is_token(label)) {
		found.token = lower(a, label);
		host = rest;
	} else if (is_token(extension(local))) {
		found.token = lower(a, extension(local));
	}
	host = below(host, without_dot(domain));
	if (host.p)
		found.testcase = lower(a, host);
	return found;
}
