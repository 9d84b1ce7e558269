/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/querylog.h"

enum {
	NAME_MAX_TEXT = 4 * DNS_QNAME_MAX, /* octets of a name as text */
	WORD_MAX = 64,
	VIEW_MAX = 256,

};

static bool
is_word(char c)
{
	return c != ' ';
}

static struct span
take_word(struct cursor *c, size_t max)
{
	struct span word = cur_run(c, is_word, max);

	cur_maybe(c, SPAN_LIT(" "));
	return word;
}

/* The stamp, and what syslog puts behind it: the host. */
static bool
take_front(struct cursor *c, struct span *when, struct span *host)
{
	struct span before = c->rest, first;
	struct cursor ahead;
	struct stamp stamp;

	*host = (struct span){NULL, 0};
	stamp_take(c, &stamp);
	if (c->failed)
		return false;
	*when = (struct span){before.p, (size_t)(c->rest.p - before.p)};
	cur_blanks(c, 2);
	ahead = *c;
	first = take_word(&ahead, DNS_QNAME_MAX);
	/* HOST TAG[PID]: or HOST TAG: */
	if (!ahead.failed && first.n && first.p[first.n - 1] != ':' &&
	    span_ends(take_word(&ahead, WORD_MAX), SPAN_LIT(":")) && !ahead.failed) {
		*host = first;
		*c = ahead;
	}
	return !c->failed;
}

static void
set_peer(struct query_peer *peer, struct span address, int port)
{
	peer->is_known = ip_read(address, &peer->ip);
	peer->port = port;
}

static bool
set_name(struct query *q, struct span name)
{
	return dns_qname_read(name, &q->name);
}

/* +E(0)TDK */
static bool
take_bind_flags(struct cursor *c, struct query *q)
{
	struct span flags = take_word(c, WORD_MAX);
	struct cursor f = cursor_on(flags);

	q->rd = cur_maybe(&f, SPAN_LIT("+"));
	if (!q->rd)
		cur_literal(&f, SPAN_LIT("-"));
	q->has_edns = q->wants_dnssec = q->cd = false;
	q->options_n = 0;
	while (!f.failed && f.rest.n) {
		switch (*cur_take(&f, 1).p) {
		case 'S': break;
		case 'E':
			q->has_edns = true;
			q->options_n = UNTOLD; /* of others than these two nothing is said */
			if (cur_maybe(&f, SPAN_LIT("("))) {
				q->edns_version = (int)cur_number(&f, 3);
				cur_literal(&f, SPAN_LIT(")"));
			}
			break;
		case 'T': q->proto = PROTO_TCP; break;
		case 'D': q->wants_dnssec = true; break;
		case 'C': q->cd = true; break;
		case 'V':
		case 'K': break;
		default: cur_fail(&f);
		}
	}
	return !f.failed && !c->failed;
}

/* Behind "client ": who, and from which port. */
static bool
take_bind_client(struct cursor *c, struct query *q)
{
	struct span address;
	int port;

	if (cur_maybe(c, SPAN_LIT("@0x")))
		take_word(c, WORD_MAX);
	address = cur_until(c, SPAN_LIT("#"), IP_TEXT_MAX + WORD_MAX);
	port = (int)cur_number(c, 5);
	address.n = span_find(address, '%'); /* the zone of a link-local address */
	set_peer(&q->client, address, port);
	cur_until(c, SPAN_LIT(": query: "), NAME_MAX_TEXT + 2 * VIEW_MAX);
	return !c->failed;
}

static bool
read_bind(struct cursor *c, struct query *q)
{
	struct span address;

	query_init(q, SOURCE_BIND);
	if (!take_bind_client(c, q) || !set_name(q, take_word(c, NAME_MAX_TEXT)))
		return false;
	q->class = dns_class_read(take_word(c, WORD_MAX));
	q->type = dns_type_read(take_word(c, WORD_MAX));
	q->opcode = 0;
	if (!take_bind_flags(c, q) || !cur_literal(c, SPAN_LIT("(")))
		return false;
	address = cur_until(c, SPAN_LIT(")"), IP_TEXT_MAX + WORD_MAX);
	set_peer(&q->server, address, UNTOLD);
	if (cur_maybe(c, SPAN_LIT(" [ECS ")))
		query_set_subnet(q, cur_until(c, SPAN_LIT("]"), IP_TEXT_MAX + 10));
	return !c->failed && q->class >= 0;
}

static bool
read_powerdns(struct cursor *c, struct query *q)
{
	struct span remote = take_word(c, 2 * IP_TEXT_MAX + 16), quoted, type, subnet;
	size_t bar;
	int raw;

	set_peer(&q->client, remote, UNTOLD);
	for (size_t i = 0; i + 1 < remote.n; i++) {
		if (remote.p[i] == '<' && remote.p[i + 1] == '-') {
			set_peer(&q->client, (struct span){remote.p, i}, UNTOLD);
			subnet = span_from(remote, i + 2);
			query_set_subnet(q, subnet);
			break;
		}
	}
	cur_literal(c, SPAN_LIT("wants '"));
	quoted = cur_until(c, SPAN_LIT("', do = "), NAME_MAX_TEXT + WORD_MAX);
	bar = quoted.n;
	while (bar > 0 && quoted.p[bar - 1] != '|')
		bar--;
	if (c->failed || !bar || !set_name(q, (struct span){quoted.p, bar - 1}))
		return false;
	type = span_from(quoted, bar);
	q->type = dns_type_read(type);
	q->wants_dnssec = cur_number(c, 1) != 0;
	cur_literal(c, SPAN_LIT(", bufsize = "));
	raw = (int)cur_number(c, 5);
	if (cur_maybe(c, SPAN_LIT(" ("))) {
		raw = (int)cur_number(c, 5);
		cur_literal(c, SPAN_LIT(")"));
		q->has_edns = true;
	}
	/* Without EDNS it says 512, the limit of RFC 1035. */
	if (q->has_edns == true || raw != 512 || q->wants_dnssec) {
		q->has_edns = true;
		q->edns_size = raw;
	}
	return cur_literal(c, SPAN_LIT(":"));
}

static bool
skip_to(struct cursor *c, struct span text)
{
	const char *at = c->rest.n ? memmem(c->rest.p, c->rest.n, text.p, text.n) : NULL;

	if (!at)
		return false;
	cur_take(c, (size_t)(at - c->rest.p) + text.n);
	return true;
}

bool
querylog_read(struct span line, struct span *when, struct query *q, bool *is_lookalike)
{
	struct cursor c = cursor_on(line), from;
	struct span host;
	bool ok = false;

	*is_lookalike = false;
	if (!take_front(&c, when, &host))
		return false;
	from = c;
	if (skip_to(&c, SPAN_LIT("client "))) {
		*is_lookalike = memmem(c.rest.p, c.rest.n, ": query: ", 9) != NULL;
		ok = *is_lookalike && read_bind(&c, q);
	} else if (skip_to(&from, SPAN_LIT("Remote "))) {
		c = from;
		query_init(q, SOURCE_POWERDNS);
		if (span_ends((struct span){line.p, (size_t)(c.rest.p - line.p)},
			SPAN_LIT("TCP Remote ")))
			q->proto = PROTO_TCP;
		*is_lookalike = memmem(c.rest.p, c.rest.n, " wants '", 8) != NULL;
		ok = *is_lookalike && read_powerdns(&c, q);
	}
	if (ok)
		query_set_identity(q, host);
	return ok;
}

bool
querylog_stamp_of(struct span line, struct span *when, struct buf *scratch)
{
	struct cursor c = cursor_on(line);
	struct stamp stamp;

	(void)scratch;
	stamp_take(&c, &stamp);
	*when = (struct span){line.p, c.failed ? 0 : (size_t)(c.rest.p - line.p)};
	return !c.failed;
}
