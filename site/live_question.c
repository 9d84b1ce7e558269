/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/live_question.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "dns/dns_channel.h"
#include "dns/dns_message.h"
#include "dns/dns_wire.h"

enum {
	PARALLEL = 20,
	TRIES = 3,
	RECORDS_MAX = 50, /* of a section that are looked at */
};

struct waiter {
	live_replied *done;
	void *arg;
	struct waiter *next;
};

struct server {
	const char *address;
	struct dns_channels *channels;
	LIST_ENTRY(server) entry;
};

struct question {
	struct live_questions *all;
	struct server *server;
	const char *name;
	int type;
	unsigned tries;
	bool tcp, is_done;
	struct span query;
	struct live_reply reply;
	struct waiter *waiters;
	TAILQ_ENTRY(question) entry; /* of all */
	TAILQ_ENTRY(question) turn;  /* of those that wait, for their turn or to be told */
};

TAILQ_HEAD(line, question);

struct live_questions {
	struct live *live;
	LIST_HEAD(, server) servers;
	struct line all, waiting, answered;
	size_t going_n;
	struct loop_timer *soon; /* sends and tells, from the loop */
	bool ending;
};

static void
soon(struct live_questions *all)
{
	loop_timer_set(all->soon, clock_since_us(loop_clock(all->live->loop)));
}

static const char *
name_text(struct arena *a, const ldns_rdf *name)
{
	char *text = must(ldns_rdf2str(name));
	struct span s = span_str(text);
	const char *kept;

	if (s.n > 1 && s.p[s.n - 1] == '.')
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		text[i] = to_lower(text[i]);
	kept = arena_dup(a, s);
	free(text);
	return kept;
}

static const char *
address_text(struct arena *a, const ldns_rr *rr)
{
	char *text = must(ldns_rdf2str(ldns_rr_rdf(rr, 0)));
	const char *kept = arena_dup(a, span_str(text));

	free(text);
	return kept;
}

static void
read_referral(struct arena *a, const ldns_pkt *pkt, struct live_reply *reply)
{
	const ldns_rr_list *authority = ldns_pkt_authority(pkt),
			   *additional = ldns_pkt_additional(pkt);

	reply->servers = arena_alloc(a, RECORDS_MAX * sizeof *reply->servers);
	reply->addresses = arena_alloc(a, RECORDS_MAX * sizeof *reply->addresses);
	for (size_t i = 0; i < ldns_rr_list_rr_count(authority) && i < RECORDS_MAX; i++) {
		const ldns_rr *rr = ldns_rr_list_rr(authority, i);

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_NS || ldns_rr_rd_count(rr) != 1)
			continue;
		reply->cut = name_text(a, ldns_rr_owner(rr));
		reply->servers[reply->servers_n++] = name_text(a, ldns_rr_rdf(rr, 0));
	}
	for (size_t i = 0; i < ldns_rr_list_rr_count(additional) && i < RECORDS_MAX; i++) {
		const ldns_rr *rr = ldns_rr_list_rr(additional, i);
		ldns_rr_type type = ldns_rr_get_type(rr);

		if ((type == LDNS_RR_TYPE_A || type == LDNS_RR_TYPE_AAAA) &&
		    ldns_rr_rd_count(rr) == 1)
			reply->addresses[reply->addresses_n++] = address_text(a, rr);
	}
}

static void
read_keys(const ldns_pkt *pkt, struct live_reply *reply)
{
	const ldns_rr_list *answer = ldns_pkt_answer(pkt);

	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(answer, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DNSKEY && ldns_rr_rd_count(rr) == 4 &&
		    reply->key_tags_n < sizeof reply->key_tags / sizeof *reply->key_tags)
			reply->key_tags[reply->key_tags_n++] = ldns_calc_keytag(rr);
	}
}

static void
read_reply(struct question *q, struct span wire)
{
	struct arena *a = q->all->live->a;
	struct live_reply *reply = &q->reply;
	struct dns_message head;
	ldns_pkt *pkt = NULL;

	reply->came = true;
	dns_wire_read(a, wire, &reply->result);
	if (dns_message_read(wire, &head))
		reply->authoritative = head.aa;
	if (ldns_wire2pkt(&pkt, (const uint8_t *)wire.p, wire.n) == LDNS_STATUS_OK) {
		read_referral(a, pkt, reply);
		read_keys(pkt, reply);
	}
	ldns_pkt_free(pkt);
}

static void send_question(struct question *q);

static void
on_message(void *arg, enum dns_outcome outcome, struct span wire, const char *why)
{
	struct question *q = arg;
	struct live_questions *all = q->all;

	if (all->ending)
		return;
	if (outcome == DNS_OK && dns_wire_head(wire).truncated && !q->tcp) {
		q->tcp = true;
		q->tries = 0;
		send_question(q);
		return;
	}
	/* Refused at once or lost: what is sent again at once would meet the same. */
	if (outcome == DNS_TIMEOUT && ++q->tries < TRIES) {
		send_question(q);
		return;
	}
	if (outcome == DNS_OK) {
		read_reply(q, wire);
	} else {
		q->reply.result.outcome = outcome;
		q->reply.result.why = arena_dup(all->live->a, span_str(why));
	}
	q->is_done = true;
	all->going_n--;
	TAILQ_INSERT_TAIL(&all->answered, q, turn);
	soon(all);
}

static void
send_question(struct question *q)
{
	struct live *l = q->all->live;

	q->query =
	    dns_wire_query(l->a, q->name, q->type, (uint16_t)rng_below(l->rng, 1 << 16), false);
	dns_channels_send(q->server->channels, q->query, q->tcp, on_message, q);
}

static void
tell(struct question *q)
{
	while (q->waiters) {
		struct waiter *w = q->waiters;

		q->waiters = w->next;
		w->done(w->arg, &q->reply);
		live_end(q->all->live);
	}
}

static void
on_soon(void *arg)
{
	struct live_questions *all = arg;
	struct question *q;

	while ((q = TAILQ_FIRST(&all->answered)) != NULL) {
		TAILQ_REMOVE(&all->answered, q, turn);
		tell(q);
	}
	while (all->going_n < PARALLEL && (q = TAILQ_FIRST(&all->waiting)) != NULL) {
		TAILQ_REMOVE(&all->waiting, q, turn);
		all->going_n++;
		send_question(q);
	}
}

struct live_questions *
live_questions_new(struct live *l)
{
	struct live_questions *all = arena_alloc(l->a, sizeof *all);

	all->live = l;
	TAILQ_INIT(&all->all);
	TAILQ_INIT(&all->waiting);
	TAILQ_INIT(&all->answered);
	all->soon = loop_timer_new(l->loop, on_soon, all);
	return all;
}

void
live_questions_free(struct live_questions *all)
{
	struct server *s;

	all->ending = true;
	LIST_FOREACH(s, &all->servers, entry)
	dns_channels_free(s->channels);
	loop_timer_free(all->soon);
}

static struct server *
server_of(struct live_questions *all, const char *address)
{
	struct server *s;

	LIST_FOREACH(s, &all->servers, entry)
	if (!strcmp(s->address, address))
		return s;
	s = arena_alloc(all->live->a, sizeof *s);
	s->address = address;
	/* The address is one of the site file's, which site_read has looked at. */
	s->channels = must(dns_channels_new(all->live->loop, all->live->rng, address));
	LIST_INSERT_HEAD(&all->servers, s, entry);
	return s;
}

static struct question *
question_of(struct live_questions *all, const char *address, const char *name, int type)
{
	struct server *server = server_of(all, address);
	struct question *q;

	TAILQ_FOREACH(q, &all->all, entry)
	if (q->server == server && q->type == type && !strcmp(q->name, name))
		return q;
	q = arena_alloc(all->live->a, sizeof *q);
	*q = (struct question){.all = all, .server = server, .name = name, .type = type};
	q->reply.server = server->address;
	q->reply.result = (struct dns_result){.name = name, .type = type, .rcode = -1, .ede = -1};
	TAILQ_INSERT_TAIL(&all->all, q, entry);
	TAILQ_INSERT_TAIL(&all->waiting, q, turn);
	return q;
}

void
live_question(struct live_questions *all, const char *address, const char *name, int type,
    live_replied *done, void *arg)
{
	struct question *q = question_of(all, address, name, type);
	struct waiter *w = arena_alloc(all->live->a, sizeof *w);

	*w = (struct waiter){done, arg, q->waiters};
	live_begin(all->live);
	/* Known already, and everybody told: once more. */
	if (q->is_done && !q->waiters)
		TAILQ_INSERT_TAIL(&all->answered, q, turn);
	q->waiters = w;
	soon(all);
}
