/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_result - what became of one question, whoever was asked and whatever happened. */
#ifndef EMT_DNS_RESULT_H
#define EMT_DNS_RESULT_H

#include <stdint.h>

#include "base/arena.h"

enum dns_outcome {
	DNS_OK,       /* records of the type asked for, perhaps behind CNAMEs */
	DNS_NXDOMAIN, /* no such name (RFC 8020), perhaps behind CNAMEs */
	DNS_NODATA,   /* the name, or what its CNAMEs lead to, has no such records (RFC 2308
			 section 2.2) */
	DNS_SERVFAIL,
	DNS_REFUSED,
	DNS_RCODE,     /* another response code, in `rcode` */
	DNS_TIMEOUT,   /* no answer by the deadline, or after all attempts */
	DNS_NETERR,    /* no answer, and the network said so: connection refused, no route ... */
	DNS_MALFORMED, /* what came is no answer to this question */
	DNS_BAD_NAME,  /* not asked: no host or service name (dns_name.h) */
	DNS_CANCELLED, /* dns_free came first */
};

enum dns_security {
	DNS_UNCHECKED,     /* nobody who can be believed has looked */
	DNS_SECURE,        /* signed, and the signatures hold up to the trust anchor */
	DNS_INSECURE,      /* provably not signed below the trust anchor */
	DNS_BOGUS,         /* should be signed, and is not as it should be */
	DNS_INDETERMINATE, /* could not be told: the records it takes cannot be had (RFC 4035
			      section 4.3) */
};

enum dns_proto {
	DNS_PROTO_UNKNOWN, /* libunbound does not tell */
	DNS_UDP,
	DNS_TCP,
};

/* Types of records that are asked for; the numbers are IANA's. */
enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_DS = 43,
	DNS_DNSKEY = 48,
	DNS_TLSA = 52,
	DNS_SPF = 99, /* obsolete (RFC 7208 section 3.1), and still published */
};

enum { DNS_ANSWER_MAX = 500 }; /* records of one answer shown as text; `wire` has all */

/* Lives until the callback returns; dns_result_copy keeps it. */
struct dns_result {
	const char *name; /* as asked: lower case, no dot at the end; as given if DNS_BAD_NAME */
	int type;
	enum dns_outcome outcome;
	/* Of the outcome as it stands: bogus records are shown, not to be believed. */
	enum dns_security dnssec;
	const char *why; /* what is known of a failure, or NULL; safe to print (base/utf8.h) */
	int rcode;       /* 12 bits (RFC 6891 section 6.1.3), or -1: no message came */
	int ede;         /* the first extended error (RFC 8914), or -1 */
	bool ad;
	/* Seconds that it may be kept (for negative answers RFC 2308 section 5), or -1. */
	int64_t ttl_s;
	/* RDATA of the records asked for, in presentation form and canonical order. */
	const char *const *answer;
	size_t answer_n;
	/* The names that its CNAMEs lead to, in their order, in lower case, no dot at the end; the
	 * records asked for belong to the last one. */
	const char *const *cname;
	size_t cname_n;
	bool cname_open;    /* DNS_NODATA: the message does not tell what the last of them has */
	bool cname_circle;  /* DNS_NODATA: they lead in a circle, or go on for too long */
	struct span wire;   /* the message as it came; n == 0: none */
	const char *server; /* its address, or NULL: libunbound asked several */
	enum dns_proto proto;
	int64_t rtt_us;    /* from the question to the answer, further attempts included */
	unsigned attempts; /* questions sent; 0: not known */
	bool cached;       /* from the cache; ttl_s is what is left, the rest is of then */
};

const struct dns_result *dns_result_copy(struct arena *a, const struct dns_result *r);
void dns_result_copy_to(struct arena *a, const struct dns_result *r, struct dns_result *copy);

/* "NXDOMAIN: no such name": the outcome for people, one line. */
const char *dns_result_text(struct arena *a, const struct dns_result *r);

/* "ok", "nxdomain" ...; "secure" ...; "udp" ... as records spell them. */
const char *dns_outcome_name(enum dns_outcome outcome);
const char *dns_security_name(enum dns_security security);
const char *dns_proto_name(enum dns_proto proto);
const char *dns_type_name(struct arena *a, int type); /* "MX"; "TYPE65280" */

#endif
