/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The back end that asks resolvers and passes on what they say: messages by ldns (dns_wire.h),
 * transport by c-ares (dns_channel.h), and here the attempts and what is to be believed. */
#include <ldns/ldns.h>
#include <stdlib.h>

#include "dns/dns_backend.h"
#include "dns/dns_channel.h"
#include "dns/dns_servers.h"
#include "dns/dns_wire.h"

enum {
	ATTEMPTS_MAX = 5,
	QUERY_MAX = 300, /* octets: header, a name of 255, OPT */
	WHY_MAX = 300,
	/* With `spread`: a resolver that has said nothing for so long while it was asked gets no
	 * more questions but one in PROBE_US.  A busy one says something all the time. */
	SILENT_US = 300000,
	PROBE_US = 1000000,
};

struct server {
	const char *address;
	bool loopback;
	struct dns_channels *channels;
	/* Since when it is asked without an answer to anything; INT64_MAX: it is not. */
	int64_t silent_since_us;
	int64_t probe_us; /* when it may be asked all the same */
};

struct stub {
	struct dns_backend base;
	struct arena *arena;
	struct server *servers;
	size_t servers_n;
	bool trust_ad, spread;
	struct loop *loop;
	const struct rng *rng;
};

/* One question until it is answered, over all its attempts. */
struct ask {
	struct stub *stub;
	struct dns_flight *flight; /* NULL: cancelled, but a message is still on its way */
	struct server *server;
	bool tcp, checking_disabled;
	unsigned attempts;
	char query[QUERY_MAX]; /* as sent last */
	size_t query_n;
	char why[WHY_MAX]; /* what the resolver said of the SERVFAIL after which CD was set */
};

static void send_ask(struct ask *ask);

static void
finish(struct ask *ask, struct dns_reply reply)
{
	reply.server = ask->server->address;
	reply.proto = ask->tcp ? DNS_TCP : DNS_UDP;
	reply.attempts = ask->attempts;
	dns_flight_done(ask->flight, &reply);
	free(ask);
}

static int64_t
now_us(const struct stub *s)
{
	return clock_since_us(loop_clock(s->loop));
}

static struct server *
next_server(const struct stub *s, const struct server *server)
{
	return &s->servers[(size_t)(server - s->servers + 1) % s->servers_n];
}

/* Who is to be asked: `first`, or of several equal ones the next that is not silent. */
static struct server *
choose_server(const struct stub *s, struct server *first)
{
	int64_t now = now_us(s);
	struct server *server = first;

	for (size_t i = 0; s->spread && i < s->servers_n; i++) {
		bool silent =
		    server->silent_since_us < now && now - server->silent_since_us > SILENT_US;

		if (silent && server->probe_us <= now) {
			server->probe_us = now + PROBE_US;
			return server;
		}
		if (!silent)
			return server;
		server = next_server(s, server);
	}
	return first;
}

static void
note_answer(struct server *server, enum dns_outcome outcome, int64_t now)
{
	if (outcome == DNS_OK) {
		server->silent_since_us = INT64_MAX;
	} else if (outcome == DNS_NETERR) {
		/* Nobody there: no need to wait for more silence. */
		server->silent_since_us = now - SILENT_US - 1;
		server->probe_us = now + PROBE_US;
	}
}

static void
fail_or_try_again(struct ask *ask, enum dns_outcome failed, const char *why)
{
	/* Who refuses does so at once and again; another server may not. */
	unsigned attempts_max =
	    failed == DNS_NETERR ? (unsigned)ask->stub->servers_n : ATTEMPTS_MAX;

	if (ask->attempts < attempts_max) {
		ask->server = choose_server(ask->stub, next_server(ask->stub, ask->server));
		send_ask(ask);
	} else if (ask->checking_disabled) {
		finish(ask,
		    (struct dns_reply){
			.failed = DNS_SERVFAIL, .rcode = LDNS_RCODE_SERVFAIL, .why = ask->why});
	} else {
		finish(ask, (struct dns_reply){.failed = failed, .rcode = -1, .why = why});
	}
}

/* May the AD flag be believed?  Its way must be safe from forgers. */
static bool
is_believed(const struct ask *ask)
{
	return ask->server->loopback || ask->stub->trust_ad;
}

static void
take_message(struct ask *ask, struct span wire)
{
	struct dns_wire_head head = dns_wire_head(wire);
	struct dns_reply reply = {.wire = wire, .rcode = -1};
	bool answers = head.rcode == LDNS_RCODE_NOERROR || head.rcode == LDNS_RCODE_NXDOMAIN;

	/* A resolver that does not validate never sets AD, so only one that is known to validate
	 * says "insecure" by leaving it out. */
	if (is_believed(ask) && answers && head.ad)
		reply.dnssec = DNS_SECURE;
	else if (ask->stub->trust_ad && answers)
		reply.dnssec = DNS_INSECURE;
	if (ask->checking_disabled) {
		reply.dnssec = answers ? DNS_BOGUS : DNS_INDETERMINATE;
		reply.why = ask->why;
	}
	finish(ask, reply);
}

/* A validating resolver answers bogus data with SERVFAIL; with CD set (RFC 4035 section 3.2.2) it
 * gives them. */
static void
ask_unchecked(struct ask *ask, struct span wire)
{
	struct arena *a = arena_new();
	struct dns_result r = {
	    .name = dns_flight_name(ask->flight), .type = dns_flight_type(ask->flight)};

	dns_wire_read(a, wire, &r);
	snprintf(ask->why, sizeof ask->why, "the resolver says SERVFAIL without CD%s%s",
	    r.why ? ", " : "", r.why ? r.why : "");
	arena_free(a);
	ask->checking_disabled = true;
	send_ask(ask);
}

static void
ask_by_tcp(struct ask *ask)
{
	ask->tcp = true;
	send_ask(ask);
}

static void
take_answer(struct ask *ask, struct span wire)
{
	struct dns_wire_head head = dns_wire_head(wire);
	bool more = ask->attempts < ATTEMPTS_MAX;

	if (!head.is_answer || !dns_wire_echoes(wire, (struct span){ask->query, ask->query_n}))
		fail_or_try_again(ask, DNS_MALFORMED, "does not echo the question");
	else if (head.truncated && !ask->tcp && more)
		ask_by_tcp(ask);
	else if (head.rcode == LDNS_RCODE_SERVFAIL && is_believed(ask) && !ask->checking_disabled &&
		 more)
		ask_unchecked(ask, wire);
	else
		take_message(ask, wire);
}

static void
channel_done(void *arg, enum dns_outcome outcome, struct span wire, const char *why)
{
	struct ask *ask = arg;

	note_answer(ask->server, outcome, now_us(ask->stub));
	if (!ask->flight)
		free(ask);
	else if (outcome == DNS_OK)
		take_answer(ask, wire);
	else
		fail_or_try_again(ask, outcome, why);
}

/* Sends one more attempt. */
static void
send_ask(struct ask *ask)
{
	struct arena *a = arena_new();
	struct span query =
	    dns_wire_query(a, dns_flight_name(ask->flight), dns_flight_type(ask->flight),
		(uint16_t)rng_u64(ask->stub->rng), ask->checking_disabled);

	if (query.n > sizeof ask->query)
		abort();
	memcpy(ask->query, query.p, query.n);
	ask->query_n = query.n;
	ask->attempts++;
	if (ask->server->silent_since_us == INT64_MAX)
		ask->server->silent_since_us = now_us(ask->stub);
	/* May call back at once, and free ask. */
	dns_channels_send(ask->server->channels, query, ask->tcp, channel_done, ask);
	arena_free(a);
}

static void
stub_submit(struct dns_backend *b, struct dns_flight *f)
{
	struct stub *s = (struct stub *)b;
	struct ask *ask = must(calloc(1, sizeof *ask));

	*ask = (struct ask){.stub = s, .flight = f};
	ask->server =
	    choose_server(s, &s->servers[s->spread ? rng_below(s->rng, s->servers_n) : 0]);
	dns_flight_set_handle(f, ask);
	send_ask(ask);
}

static void
stub_cancel(struct dns_backend *b, struct dns_flight *f)
{
	struct ask *ask = dns_flight_handle(f);

	(void)b;
	ask->flight = NULL;
}

static void
stub_free(struct dns_backend *b)
{
	struct stub *s = (struct stub *)b;

	for (size_t i = 0; i < s->servers_n; i++)
		dns_channels_free(s->servers[i].channels);
	arena_free(s->arena);
	free(s);
}

struct dns_backend *
dns_stub_new(struct arena *a, struct loop *l, const struct dns_params *p, const char **error)
{
	static const struct dns_backend_ops ops = {stub_submit, stub_cancel, stub_free};
	struct option_list servers = dns_servers(a, p->resolvers);
	struct stub *s = must(calloc(1, sizeof *s));

	*s = (struct stub){.base = {&ops},
	    .arena = arena_new(),
	    .loop = l,
	    .trust_ad = p->trust_ad,
	    .spread = p->spread,
	    .rng = p->rng};
	s->servers = arena_alloc(s->arena, servers.n * sizeof *s->servers);
	for (size_t i = 0; i < servers.n; i++) {
		struct server *server = &s->servers[i];

		server->address = arena_dup(s->arena, span_str(servers.v[i]));
		server->silent_since_us = INT64_MAX;
		server->loopback = dns_server_is_loopback(server->address);
		server->channels = dns_channels_new(l, p->rng, server->address);
		if (!server->channels) {
			*error = arena_printf(
			    a, "resolver \"%s\" is no address that can be asked", server->address);
			stub_free(&s->base);
			return NULL;
		}
		s->servers_n++;
	}
	return &s->base;
}
