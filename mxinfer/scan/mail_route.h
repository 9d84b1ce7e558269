/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mail_route - where the DNS sends a domain's mail: its MX hosts and their addresses (RFC 5321
 * section 5.1, RFC 7505, RFC 7672).
 *
 * Every look-up has an outcome of its own, since "it has no MX" and "nobody answered" are different
 * things: only DNS_NODATA leads to an implicit MX, and only if the domain has addresses or it could
 * not be told.  Bogus MX records are kept but not followed.  CNAMEs in a circle are DNS_MALFORMED.
 * Answers are strangers': their number is bound, and what is over the bound is said in `why`. */
#ifndef EMT_MXINFER_SCAN_MAIL_ROUTE_H
#define EMT_MXINFER_SCAN_MAIL_ROUTE_H

#include "base/ip.h"
#include "dns/dns.h"

enum {
	ROUTE_MX_MAX = 100,        /* MX records of a domain that are followed */
	ROUTE_ADDRESSES_MAX = 100, /* addresses of one MX host and family */
	ROUTE_TEXTS_MAX = 50       /* CNAMEs, TXT and TLSA records kept of one look-up */
};

struct route_texts {
	const char *const *v;
	size_t n;
};

struct route_look {
	bool asked; /* there is an outcome; DNS_BAD_NAME: the name is none, or an address */
	enum dns_outcome outcome;
	enum dns_security dnssec;
	struct route_texts texts; /* TLSA or TXT records in presentation form */
};

struct route_mx {
	const char *name; /* canonical; "." is the null MX */
	unsigned preference;
	bool implicit;             /* no MX record: the domain itself */
	bool resolved;             /* its addresses were asked for: not those of the null MX */
	struct route_look a, aaaa; /* texts: none */
	struct route_texts cname;  /* names that these look-ups came through */
	struct ip *addresses;      /* IPv4 first, each once, in canonical order */
	size_t addresses_n;
	/* Asked for if addresses were found, and not in a zone known not to be signed (RFC 7672
	 * section 2.2): _25._tcp.BASE.  If CNAMEs lead from the name by secure answers, the base is
	 * what they lead to, and the name itself only if there are no records (section 2.2.3). */
	struct route_look tlsa;
	const char *tlsa_base; /* NULL: not asked */
};

struct mail_route {
	const char *domain;       /* canonical, or as given where it is no name (DNS_BAD_NAME) */
	int64_t time_us;          /* when the last look-up ended, of the clock's UTC */
	enum dns_outcome outcome; /* of the MX look-up */
	const char *why;          /* of a failure, or NULL; safe */
	enum dns_security dnssec;
	struct route_texts cname;
	struct route_look mta_sts; /* TXT of _mta-sts.DOMAIN */
	struct route_mx *mx;       /* by preference, then by name */
	size_t mx_n;
};

struct mail_routes; /* finds routes, any number at once; look-ups and answers are shared (dns.h) */

struct mail_routes_params {
	bool tlsa, mta_sts;
	bool ipv4, ipv6;     /* families of addresses that are asked for */
	int64_t deadline_us; /* for each look-up */
};

typedef void mail_route_done(void *arg, const struct mail_route *route);

struct mail_routes *mail_routes_new(
    struct dns *dns, struct loop *l, const struct mail_routes_params *p);
void mail_routes_free(struct mail_routes *r); /* nothing is called back; before dns_free */

/* Calls back once, never before it returns; the route lives for the callback. */
void mail_route_find(struct mail_routes *r, struct span domain, mail_route_done *done, void *arg);

#endif
