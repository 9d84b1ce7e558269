/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The back end that checks signatures itself: libunbound on the loop's libevent base, asking the
 * resolvers with CD set, so that it sees bogus data even behind a validating resolver; or, as
 * DNS_MODE_ITERATE, the name servers of the zones themselves, and then without looking at
 * signatures unless it was given an anchor. */
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unbound.h>
#include <unbound-event.h>
#include <unistd.h>

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
	bool looks;         /* at signatures */
};

static enum dns_security
security_of(const struct validate *v, int rcode, int sec)
{
	if (!v->looks)
		return DNS_UNCHECKED;
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
	reply.dnssec = security_of(v, rcode, sec);
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

/* An option as libunbound wants it; all of them must come before it finalises: after that it
 * refuses them, and one that was not looked at once sent all questions to the root servers. */
struct setting {
	const char *name, *value;
};

static int
set_options(struct ub_ctx *ub, const struct setting *settings, size_t n, const char **which)
{
	int status = 0;

	for (size_t i = 0; !status && i < n; i++) {
		*which = settings[i].name;
		if (settings[i].value)
			status = ub_ctx_set_option(ub, settings[i].name, settings[i].value);
	}
	return status;
}

static int
set_common_options(struct ub_ctx *ub, const char **which)
{
	static const struct setting settings[] = {
	    /* As a library libunbound opens 16 sockets, and a question that finds none free waits:
	     * a few silent servers would hold up everything else. */
	    {"outgoing-range:", "400"},
	    {"outgoing-num-tcp:", "50"},
	    {"num-queries-per-thread:", "4096"},
	    /* Private reverse zones are the resolvers' business. */
	    {"unblock-lan-zones:", "yes"},
	};

	return set_options(ub, settings, sizeof settings / sizeof *settings, which);
}

enum {
	SOCKETS_MAX = 2000, /* to name servers, of which many are slow or silent */
	SOCKETS_MIN = 400,
};

/* Sockets that libunbound may open without taking them from others. */
static unsigned
sockets(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur / 2 < SOCKETS_MIN)
		return SOCKETS_MIN;
	return files.rlim_cur / 2 < SOCKETS_MAX ? (unsigned)files.rlim_cur / 2 : SOCKETS_MAX;
}

static int
set_iterate_options(struct ub_ctx *ub, const struct dns_params *p, const char **which)
{
	char range[20];
	const struct setting settings[] = {
	    {"outgoing-range:", range},
	    /* Delegations and name servers' addresses: every domain has some of its own. */
	    {"rrset-cache-size:", "64m"},
	    {"msg-cache-size:", "32m"},
	    {"infra-cache-numhosts:", "100000"},
	    {"module-config:", p->trust_anchor ? NULL : "iterator"},
	    {"root-hints:", p->root_hints},
	    /* A root of somebody's own, in a laboratory, may well be on this machine; that of the
	     * Internet has no business to send questions here. */
	    {"do-not-query-localhost:", p->root_hints ? "no" : "yes"},
	};

	snprintf(range, sizeof range, "%u", sockets());
	return set_options(ub, settings, sizeof settings / sizeof *settings, which);
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

/* libunbound writes a port as ADDRESS@PORT. */
static const char *
forwarder(struct arena *a, const char *server)
{
	struct span address;
	unsigned port;

	if (!dns_server_read(span_str(server), &address, &port) || port == DNS_PORT)
		return server; /* what is none it refuses */
	return arena_printf(a, "%.*s@%u", (int)address.n, address.p, port);
}

/* NULL, or what is wrong and how to mend it. */
static const char *
check_files(struct arena *a, const struct dns_params *p)
{
	if (p->mode == DNS_MODE_ITERATE && p->root_hints && access(p->root_hints, R_OK))
		return arena_printf(a,
		    "%s: cannot be read; root hints are a file of NS, A and AAAA records",
		    p->root_hints);
	return p->mode == DNS_MODE_ITERATE && !p->trust_anchor ? NULL
							       : check_anchor(a, p->trust_anchor);
}

/* NULL, or what is wrong and how to mend it. */
static const char *
configure(
    struct arena *a, struct ub_ctx *ub, const struct dns_params *p, struct option_list servers)
{
	const char *which = "";
	const char *error = check_files(a, p);
	int status;

	if (error)
		return error;
	status = set_common_options(ub, &which);
	if (!status && p->mode == DNS_MODE_ITERATE)
		status = set_iterate_options(ub, p, &which);
	for (size_t i = 0; !status && i < servers.n; i++) {
		which = servers.v[i];
		status = ub_ctx_set_fwd(ub, forwarder(a, which));
	}
	if (!status && p->trust_anchor) {
		which = p->trust_anchor;
		status = ub_ctx_add_ta_file(ub, p->trust_anchor);
	}
	if (!status)
		status = remove_local_zones(ub, &which);
	if (!status)
		return NULL;
	return arena_printf(a, "libunbound: %s: %s%s%s%s", which, ub_strerror(status),
	    p->trust_anchor ? "; is " : "", p->trust_anchor ? p->trust_anchor : "",
	    p->trust_anchor ? " a file of DS or DNSKEY records?" : "");
}

struct dns_backend *
dns_validate_new(struct arena *a, struct loop *l, const struct dns_params *p, const char **error)
{
	static const struct dns_backend_ops ops = {validate_submit, validate_cancel, validate_free};
	struct option_list servers = {NULL, 0};
	struct validate *v = must(calloc(1, sizeof *v));

	if (p->mode != DNS_MODE_ITERATE)
		servers = dns_servers(a, p->resolvers);
	*v = (struct validate){.base = {&ops},
	    .server = servers.n == 1 ? servers.v[0] : NULL,
	    .looks = p->trust_anchor != NULL};
	v->ub = must(ub_ctx_create_event(loop_event_base(l)));
	*error = configure(a, v->ub, p, servers);
	if (!*error)
		return &v->base;
	validate_free(&v->base);
	return NULL;
}
