/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The back end that checks signatures itself: libunbound on the loop's libevent base, asking the
 * resolvers with CD set, so that it sees bogus data even behind a validating resolver. */
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <unbound.h>
#include <unbound-event.h>

#include "dns/dns_backend.h"
#include "dns/dns_servers.h"
#include "dns/dns_wire.h"

/* One question in libunbound. */
struct ask {
	struct validate *validate;
	struct dns_flight *flight;
	int ub_id;
	bool in_submit; /* ub_resolve_event is on the stack; it calls back at once what it has in
			   its cache */
	bool done;
};

struct validate {
	struct dns_backend base;
	struct ub_ctx *ub;
	const char *server; /* the only resolver; NULL: one of several */
};

static enum dns_security
security_of(int rcode, int sec)
{
	switch (sec) {
	case 2: return DNS_SECURE;
	case 1: return DNS_BOGUS;
	}
	/* libunbound cannot tell "insecure" from "no anchor covers it"; with the root's anchor the
	 * second cannot be. After a failure there was nothing that could be told. */
	return rcode == LDNS_RCODE_NOERROR || rcode == LDNS_RCODE_NXDOMAIN ? DNS_INSECURE
									   : DNS_INDETERMINATE;
}

/* libunbound says SERVFAIL, without a message, both when a server failed and when none could be
 * reached.  What tells them apart is the buffer it hands over all the same: the one its UDP goes
 * through, both ways.  If the failure came from a server, that server's reply is still in it; else
 * it holds the query that could not be sent, or a message about something else.  unbound-event.h
 * says not to look at it, that is: it is no answer.  So nothing in it is believed but that somebody
 * replied to this question, and in doubt nobody did: then the question is asked again later. */
static bool
server_spoke(const struct dns_flight *f, const void *packet, int packet_len)
{
	ldns_pkt *pkt = NULL;
	ldns_rdf *name = must(ldns_dname_new_frm_str(dns_flight_name(f)));
	bool spoke = false;

	if (packet && packet_len > 0 &&
	    ldns_wire2pkt(&pkt, packet, (size_t)packet_len) == LDNS_STATUS_OK) {
		const ldns_rr_list *questions = ldns_pkt_question(pkt);
		const ldns_rr *q =
		    ldns_rr_list_rr_count(questions) == 1 ? ldns_rr_list_rr(questions, 0) : NULL;

		/* Id 0 is on what libunbound itself composed, for an earlier callback. */
		spoke = q && ldns_pkt_qr(pkt) && ldns_pkt_id(pkt) != 0 &&
			(int)ldns_rr_get_type(q) == dns_flight_type(f) &&
			ldns_dname_compare(ldns_rr_owner(q), name) == 0;
	}
	ldns_pkt_free(pkt);
	ldns_rdf_deep_free(name);
	return spoke;
}

/* There is no message, or none that counts. */
static void
fail(struct dns_reply *reply, enum dns_outcome failed, int rcode, const char *why)
{
	reply->wire = (struct span){NULL, 0};
	reply->failed = failed;
	reply->rcode = rcode;
	if (!reply->why)
		reply->why = why;
}

static void
answered(void *arg, int rcode, void *packet, int packet_len, int sec, char *why_bogus,
    int was_ratelimited)
{
	struct ask *ask = arg;
	struct validate *v = ask->validate;
	struct dns_reply reply = {.rcode = -1, .why = why_bogus, .server = v->server};

	(void)was_ratelimited; /* off unless configured */
	if (rcode == LDNS_RCODE_NOERROR && packet && packet_len > 0) {
		reply.wire = (struct span){packet, (size_t)packet_len};
		rcode = dns_wire_head(reply.wire).rcode;
		/* No server's SERVFAIL is ever passed on: this is libunbound's memory, for five
		 * seconds, of one of its own, and it does not say of which kind. */
		if (rcode == LDNS_RCODE_SERVFAIL && sec == 0)
			fail(&reply, DNS_NETERR, -1,
			    "libunbound failed at this a moment ago, and asked nobody again");
	} else if (rcode == LDNS_RCODE_SERVFAIL && !server_spoke(ask->flight, packet, packet_len)) {
		fail(&reply, DNS_NETERR, -1, "libunbound got no answer from any server");
	} else {
		fail(&reply, rcode == LDNS_RCODE_SERVFAIL ? DNS_SERVFAIL : DNS_RCODE, rcode,
		    "libunbound got no usable answer");
	}
	reply.dnssec = security_of(rcode, sec);
	ask->done = true;
	dns_flight_done(ask->flight, &reply);
	if (!ask->in_submit)
		free(ask);
}

static void
validate_submit(struct dns_backend *b, struct dns_flight *f)
{
	struct validate *v = (struct validate *)b;
	struct ask *ask = must(calloc(1, sizeof *ask));
	int status;

	*ask = (struct ask){.validate = v, .flight = f, .in_submit = true};
	dns_flight_set_handle(f, ask);
	status = ub_resolve_event(v->ub, dns_flight_name(f), dns_flight_type(f), LDNS_RR_CLASS_IN,
	    ask, answered, &ask->ub_id);
	ask->in_submit = false;
	if (status && !ask->done) {
		struct dns_reply reply = {
		    .failed = DNS_NETERR, .rcode = -1, .why = ub_strerror(status)};

		dns_flight_done(f, &reply);
		ask->done = true;
	}
	if (ask->done)
		free(ask);
}

static void
validate_cancel(struct dns_backend *b, struct dns_flight *f)
{
	struct validate *v = (struct validate *)b;
	struct ask *ask = dns_flight_handle(f);

	/* After this the callback never comes; libunbound knows every question that it has not
	 * called back. */
	if (ub_cancel(v->ub, ask->ub_id))
		abort();
	free(ask);
}

static void
validate_free(struct dns_backend *b)
{
	struct validate *v = (struct validate *)b;

	ub_ctx_delete(v->ub);
	free(v);
}

/* Every one of these must come before libunbound finalises; after that it refuses them, and one
 * that was not looked at once sent all questions to the root servers. */
static int
set_options(struct ub_ctx *ub, const char **which)
{
	static const struct {
		const char *name, *value;
	} options[] = {
	    /* As a library libunbound opens 16 sockets, and a question that finds none free waits:
	     * a few silent servers would hold up everything else. */
	    {"outgoing-range:", "400"},
	    {"outgoing-num-tcp:", "50"},
	    {"num-queries-per-thread:", "4096"},
	    /* Private reverse zones are the resolvers' business. */
	    {"unblock-lan-zones:", "yes"},
	};
	int status = 0;

	for (size_t i = 0; !status && i < sizeof options / sizeof *options; i++) {
		*which = options[i].name;
		status = ub_ctx_set_option(ub, options[i].name, options[i].value);
	}
	return status;
}

/* Names that libunbound would answer itself, by RFC 6761 and 6303; a laboratory uses just these.
 * Removing a zone finalises the configuration: this comes last. */
static int
remove_local_zones(struct ub_ctx *ub, const char **which)
{
	static const char *const zones[] = {"test.", "invalid.", "2.0.192.in-addr.arpa.",
	    "100.51.198.in-addr.arpa.", "113.0.203.in-addr.arpa.", "8.b.d.0.1.0.0.2.ip6.arpa."};
	int status = 0;

	for (size_t i = 0; !status && i < sizeof zones / sizeof *zones; i++) {
		*which = zones[i];
		status = ub_ctx_zone_remove(ub, zones[i]);
	}
	return status;
}

enum { ANCHOR_MAX = 65536 };

/* Is it a file of records only, with a key of the root among them?  libunbound takes an empty one
 * for "do not validate", and tells stderr what it thinks of others. */
static bool
has_root_key(FILE *f)
{
	ldns_rdf *origin = NULL, *previous = NULL;
	uint32_t ttl = 3600;
	bool found = false, good = true;

	while (good && !feof(f)) {
		ldns_rr *rr = NULL;
		ldns_status status = ldns_rr_new_frm_fp(&rr, f, &ttl, &origin, &previous);

		good = status == LDNS_STATUS_OK || status == LDNS_STATUS_SYNTAX_EMPTY ||
		       status == LDNS_STATUS_SYNTAX_TTL || status == LDNS_STATUS_SYNTAX_ORIGIN;
		if (status == LDNS_STATUS_OK) {
			ldns_rr_type type = ldns_rr_get_type(rr);

			/* ldns makes of two words of anything a record of type 0. */
			good = type == LDNS_RR_TYPE_DS || type == LDNS_RR_TYPE_DNSKEY;
			found |= good && ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
				 ldns_dname_label_count(ldns_rr_owner(rr)) == 0;
			ldns_rr_free(rr);
		}
	}
	ldns_rdf_deep_free(origin);
	ldns_rdf_deep_free(previous);
	return good && found;
}

/* NULL, or what is wrong and how to mend it. */
static const char *
check_anchor(struct arena *a, const char *anchor)
{
	static const char mend[] =
	    "install dns-root-data, or set trust_anchor to a file of DS or DNSKEY records";
	FILE *f = fopen(anchor, "re"), *text;
	char *p;
	size_t n;
	bool good;

	if (!f)
		return arena_printf(a, "%s: cannot be read; %s", anchor, mend);
	p = arena_alloc(a, ANCHOR_MAX + 1);
	n = fread(p, 1, ANCHOR_MAX + 1, f);
	fclose(f);
	if (n > ANCHOR_MAX || memchr(p, '\0', n))
		n = 0;
	text = n ? must(fmemopen(p, n, "r")) : NULL;
	good = text && has_root_key(text);
	if (text)
		fclose(text);
	return good ? NULL
		    : arena_printf(
			  a, "%s: holds no key of the root, or more than keys; %s", anchor, mend);
}

/* NULL, or what is wrong and how to mend it. */
static const char *
configure(struct arena *a, struct ub_ctx *ub, struct option_list servers, const char *anchor)
{
	const char *which = "";
	const char *error = check_anchor(a, anchor);
	int status;

	if (error)
		return error;
	status = set_options(ub, &which);
	for (size_t i = 0; !status && i < servers.n; i++) {
		which = servers.v[i];
		status = ub_ctx_set_fwd(ub, servers.v[i]);
	}
	if (!status) {
		which = anchor;
		status = ub_ctx_add_ta_file(ub, anchor);
	}
	if (!status)
		status = remove_local_zones(ub, &which);
	if (!status)
		return NULL;
	return arena_printf(a, "libunbound: %s: %s; is %s a file of DS or DNSKEY records?", which,
	    ub_strerror(status), anchor);
}

struct dns_backend *
dns_validate_new(struct arena *a, struct loop *l, const struct dns_params *p, const char **error)
{
	static const struct dns_backend_ops ops = {validate_submit, validate_cancel, validate_free};
	struct option_list servers = dns_servers(a, p->resolvers);
	struct validate *v = must(calloc(1, sizeof *v));

	*v = (struct validate){.base = {&ops}, .server = servers.n == 1 ? servers.v[0] : NULL};
	v->ub = must(ub_ctx_create_event(loop_event_base(l)));
	*error = configure(a, v->ub, servers, p->trust_anchor);
	if (!*error)
		return &v->base;
	validate_free(&v->base);
	return NULL;
}
