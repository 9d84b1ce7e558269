/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/query.h"

const char *const query_source_names[SOURCES_N] = {
    [SOURCE_DNSTAP] = "dnstap",
    [SOURCE_BIND] = "bind",
    [SOURCE_POWERDNS] = "powerdns",
    [SOURCE_PCAP] = "pcap",
};

const char *const query_proto_names[PROTOS_N] = {
    [PROTO_UDP] = "udp",
    [PROTO_TCP] = "tcp",
    [PROTO_OTHER] = "other",
};

const char *const query_gap_names[GAPS_N] = {
    [GAP_STARTED] = "collector-started",
    [GAP_CONNECTED] = "server-connected",
    [GAP_LOST] = "server-lost",
    [GAP_DROPPED] = "dropped",
    [GAP_DAMAGED] = "damaged",
};

void
query_init(struct query *q, enum query_source source)
{
	*q = (struct query){
	    .kind = QUERY_ASKED,
	    .source = source,
	    .time_us = TIME_UNKNOWN,
	    .client.port = UNTOLD,
	    .server.port = UNTOLD,
	    .id = UNTOLD,
	    .opcode = UNTOLD,
	    .type = UNTOLD,
	    .class = UNTOLD,
	    .rd = UNTOLD,
	    .cd = UNTOLD,
	    .wants_dnssec = UNTOLD,
	    .has_edns = UNTOLD,
	    .edns_size = UNTOLD,
	    .edns_version = UNTOLD,
	    .options_n = UNTOLD,
	    .size = UNTOLD,
	    .answer_us = TIME_UNKNOWN,
	    .rcode = UNTOLD,
	    .tc = UNTOLD,
	    .aa = UNTOLD,
	    .ad = UNTOLD,
	    .answer_size = UNTOLD,
	    .gap_from_us = TIME_UNKNOWN,
	};
}

/* EDNS of the query itself; that of an answer is the server's. */
static void
take_edns(struct query *q, const struct dns_message *m)
{
	q->has_edns = m->has_edns;
	q->wants_dnssec = m->has_edns && m->wants_dnssec;
	if (!m->has_edns) {
		q->options_n = 0;
		return;
	}
	q->edns_size = m->edns_size;
	q->edns_version = m->edns_version;
	q->options_n = (int)m->options_n;
	memcpy(q->options, m->options, sizeof q->options);
	q->subnet = m->subnet;
}

void
query_take_message(struct query *q, const struct dns_message *m, size_t size)
{
	q->kind = m->is_answer ? QUERY_ANSWER : QUERY_ASKED;
	q->id = m->id;
	q->opcode = m->opcode;
	/* RFC 1035 section 4.1.1, RFC 4035 section 3.1.6: both are copied into the answer. */
	q->rd = m->rd;
	q->cd = m->cd;
	q->name = m->name;
	if (m->name.n) {
		q->type = m->type;
		q->class = m->class;
	}
	if (!m->is_answer) {
		q->size = (int)size;
		q->is_malformed = m->is_malformed;
		take_edns(q, m);
		return;
	}
	q->rcode = m->rcode;
	q->tc = m->tc;
	q->aa = m->aa;
	q->ad = m->ad;
	q->answer_size = (int)size;
	/* RFC 3225 section 3: DO is copied, too; without OPT there was none in the query, or the
	 * server knows none. */
	if (m->has_edns) {
		q->has_edns = true;
		q->wants_dnssec = m->wants_dnssec;
	}
}

void
query_take_answer(struct query *q, const struct query *answer)
{
	q->answer_us = answer->answer_us;
	q->rcode = answer->rcode;
	q->tc = answer->tc;
	q->aa = answer->aa;
	q->ad = answer->ad;
	q->answer_size = answer->answer_size;
	if (!q->identity[0])
		memcpy(q->identity, answer->identity, sizeof q->identity);
	if (!q->server.is_known)
		q->server = answer->server;
}

static bool
same_name(const struct dns_qname *a, const struct dns_qname *b)
{
	return span_ieq(
	    (struct span){(const char *)a->wire, a->n}, (struct span){(const char *)b->wire, b->n});
}

static bool
same_peer(const struct query_peer *a, const struct query_peer *b)
{
	return !a->is_known || !b->is_known || (a->port == b->port && ip_eq(&a->ip, &b->ip));
}

bool
query_is_answer_to(const struct query *answer, const struct query *q)
{
	if (answer->id != q->id || answer->proto != q->proto ||
	    !same_peer(&answer->client, &q->client) || !same_peer(&answer->server, &q->server))
		return false;
	/* FORMERR and the like may come without the question. */
	return !answer->name.n || !q->name.n ||
	       (answer->type == q->type && answer->class == q->class &&
		   same_name(&answer->name, &q->name));
}

void
query_set_identity(struct query *q, struct span identity)
{
	size_t n = 0;

	for (size_t i = 0; i < identity.n && n < QUERY_IDENTITY_MAX; i++)
		if (identity.p[i] > ' ' && identity.p[i] < 0x7f)
			q->identity[n++] = identity.p[i];
	q->identity[n] = '\0';
}

void
query_set_subnet(struct query *q, struct span text)
{
	struct span address = span_cut(&text, '/'), source = span_cut(&text, '/');
	struct cursor source_bits = cursor_on(source), scope_bits = cursor_on(text);
	uint64_t bits = cur_number(&source_bits, 3),
		 scope = text.p ? cur_number(&scope_bits, 3) : 0;

	if (!ip_read(address, &q->subnet.ip) || !cur_done(&source_bits) || bits > 128 ||
	    scope_bits.failed || scope > 128)
		return;
	q->subnet.is_there = true;
	q->subnet.source = (uint8_t)bits;
	q->subnet.scope = (uint8_t)scope;
}

static void
code_ip(struct codec *c, struct ip *ip)
{
	code_bool(c, &ip->v6);
	code_octets(c, ip->octets, sizeof ip->octets);
}

static void
code_peer(struct codec *c, struct query_peer *peer)
{
	code_bool(c, &peer->is_known);
	code_ip(c, &peer->ip);
	code_int(c, &peer->port);
}

static void
code_octet(struct codec *c, uint8_t *value)
{
	code_octets(c, value, 1);
}

static void
code_subnet(struct codec *c, struct dns_subnet *s)
{
	code_bool(c, &s->is_there);
	code_ip(c, &s->ip);
	code_octet(c, &s->source);
	code_octet(c, &s->scope);
}

static void
code_name(struct codec *c, struct dns_qname *name)
{
	struct span labels[DNS_QNAME_LABELS];
	size_t octets = 1, n;

	code_octet(c, &name->n);
	code_octets(c, name->wire, name->n);
	if (c->out || !name->n)
		return;
	n = dns_qname_labels((struct span){(const char *)name->wire, name->n}, labels);
	for (size_t i = 0; i < n; i++)
		octets += 1 + labels[i].n;
	if (octets != name->n)
		cur_fail(&c->in);
}

void
query_code(struct codec *c, struct query *q)
{
	int *const numbers[] = {&q->id, &q->opcode, &q->type, &q->class, &q->rd, &q->cd,
	    &q->wants_dnssec, &q->has_edns, &q->edns_size, &q->edns_version, &q->options_n,
	    &q->size, &q->rcode, &q->tc, &q->aa, &q->ad, &q->answer_size};

	CODE_ENUM(c, &q->kind, QUERY_KINDS - 1);
	CODE_ENUM(c, &q->source, SOURCES_N - 1);
	CODE_ENUM(c, &q->proto, PROTOS_N - 1);
	CODE_ENUM(c, &q->gap, GAPS_N - 1);
	code_i64(c, &q->time_us);
	code_i64(c, &q->answer_us);
	code_i64(c, &q->gap_from_us);
	code_peer(c, &q->client);
	code_peer(c, &q->server);
	code_octets(c, q->identity, sizeof q->identity);
	q->identity[QUERY_IDENTITY_MAX] = '\0';
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		code_int(c, numbers[i]);
	if (q->options_n < UNTOLD || q->options_n > DNS_OPTIONS_MAX)
		cur_fail(&c->in);
	for (size_t i = 0; i < DNS_OPTIONS_MAX; i++) {
		int option = q->options[i];

		code_int(c, &option);
		q->options[i] = (uint16_t)option;
	}
	code_subnet(c, &q->subnet);
	code_bool(c, &q->is_malformed);
	code_name(c, &q->name);
}
