/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/dnspackets.h"

#include <stdlib.h>

#include "queryparse/fragments.h"
#include "queryparse/tcpstreams.h"

enum { PORT_DNS = 53 };

struct dnspackets {
	void (*take)(void *state, const struct query *q);
	void *state;
	struct fragments *fragments;
	struct tcpstreams *streams;
	struct dnspackets_counts counts;
};

static void
set_peer(struct query_peer *peer, const struct ip *ip, int port)
{
	*peer = (struct query_peer){true, *ip, port};
}

static void
take_message(void *state, int64_t time_us, const struct packet *p, const struct segment *s,
    struct span message)
{
	struct dnspackets *d = state;
	struct dns_message m;
	struct query q;
	bool from_server = s->from_port == PORT_DNS;

	if (!dns_message_read(message, &m)) {
		d->counts.broken++;
		return;
	}
	if (from_server && s->to_port == PORT_DNS)
		from_server = m.is_answer;
	query_init(&q, SOURCE_PCAP);
	query_take_message(&q, &m, message.n);
	/* The QR flag is the sender's; who sent it is a fact. */
	if (m.is_answer != from_server) {
		q.is_malformed = true;
		if (from_server)
			return;
		q.kind = QUERY_ASKED;
		q.rcode = q.tc = q.aa = q.ad = q.answer_size = UNTOLD;
		q.size = (int)message.n;
	}
	q.proto = p->protocol == PACKET_TCP ? PROTO_TCP : PROTO_UDP;
	set_peer(from_server ? &q.server : &q.client, &p->from, s->from_port);
	set_peer(from_server ? &q.client : &q.server, &p->to, s->to_port);
	q.time_us = time_us;
	if (from_server)
		q.answer_us = time_us;
	q.is_malformed |= p->is_cut;
	d->take(d->state, &q);
}

struct dnspackets *
dnspackets_new(void (*take)(void *state, const struct query *q), void *state)
{
	struct dnspackets *d = must(calloc(1, sizeof *d));

	d->take = take;
	d->state = state;
	d->fragments = fragments_new();
	d->streams = tcpstreams_new(take_message, d);
	return d;
}

void
dnspackets_free(struct dnspackets *d)
{
	if (!d)
		return;
	fragments_free(d->fragments);
	tcpstreams_free(d->streams);
	free(d);
}

void
dnspackets_add(struct dnspackets *d, const struct capture_packet *captured)
{
	struct packet p;
	struct segment s;

	d->counts.packets++;
	if (!packet_read(captured->link, captured->octets, &p)) {
		d->counts.other++;
		return;
	}
	if (p.is_fragment && !fragments_add(d->fragments, captured->time_us, &p))
		return;
	if (!segment_read(&p, &s) || (s.from_port != PORT_DNS && s.to_port != PORT_DNS)) {
		d->counts.other++;
		return;
	}
	if (p.protocol == PACKET_TCP)
		tcpstreams_add(d->streams, captured->time_us, &p, &s);
	else
		take_message(d, captured->time_us, &p, &s, s.data);
}

struct dnspackets_counts
dnspackets_counts(const struct dnspackets *d)
{
	struct dnspackets_counts counts = d->counts;

	counts.lost = tcpstreams_lost(d->streams);
	return counts;
}
