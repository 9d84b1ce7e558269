/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The back end that checks signatures itself: libunbound on the loop's libevent base, asking the
 * resolvers with CD set, so that it sees bogus data even behind a validating resolver. */
#include <ldns/ldns.h>
#include <stdlib.h>
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
};

static void *
must(void *p)
{
	if (!p)
		out_of_memory();
	return p;
}

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

static void
answered(void *arg, int rcode, void *packet, int packet_len, int sec, char *why_bogus,
    int was_ratelimited)
{
	struct ask *ask = arg;
	struct validate *v = ask->validate;
	struct dns_reply reply = {.rcode = -1, .why = why_bogus, .server = v->server};

	(void)was_ratelimited; /* off unless configured */
	/* unbound-event.h: the packet is not to be looked at if rcode is not 0. */
	if (rcode == LDNS_RCODE_NOERROR && packet && packet_len > 0) {
		reply.wire = (struct span){packet, (size_t)packet_len};
		rcode = dns_wire_head(reply.wire).rcode;
	} else {
		reply.failed = rcode == LDNS_RCODE_SERVFAIL ? DNS_SERVFAIL : DNS_RCODE;
		reply.rcode = rcode;
		reply.why = why_bogus ? why_bogus : "libunbound got no usable answer";
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

/* NULL, or what is wrong and how to mend it. */
static const char *
configure(struct arena *a, struct ub_ctx *ub, struct option_list servers, const char *anchor)
{
	const char *which = "";
	int status = 0;

	if (access(anchor, R_OK))
		return arena_printf(a,
		    "%s: cannot be read; install dns-root-data, or set trust_anchor to a "
		    "file of DS or DNSKEY records",
		    anchor);
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
