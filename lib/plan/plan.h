/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan - every name, address, zone, record, token and certificate of a site, from the site file and
 * the test cases.
 *
 * This is the one place where they are derived: render writes them down, sign makes keys and
 * signatures for them, check compares what is there with them.  Names are without a dot at their
 * end.  Everything lives in the arena; site and cases are borrowed. */
#ifndef EMT_PLAN_H
#define EMT_PLAN_H

#include "plan/site.h"
#include "plan/testcase.h"

/* A machine: the folder DIR/NAME/ of the tree.  One host on it (layout multi), or all. */
struct plan_machine {
	const char *name; /* fully qualified */
	const struct plan_host **hosts;
	size_t hosts_n;
};

/* How a host's mail server or name server appears on its machine. */
struct plan_host {
	const struct site_host *site;
	const struct plan_machine *machine;
	const char *suffix; /* of its files and services: "" alone, "-NAME" beside others */
	const struct site_pair **ips; /* the host's own first, then those of cases */
	size_t ips_n;
	const struct testcase **cases; /* that it receives mail for */
	size_t cases_n;
	const struct plan_certificate *certificate; /* NULL: none */
};

enum plan_trust {
	TRUST_SIGNED,   /* the parent holds the DS record of its key */
	TRUST_DS_BROKEN /* the parent holds a DS record (type 2) that matches no key of it */
};

/* Where a record belongs in the zone's template. */
enum plan_section {
	SECTION_HOSTS, /* CAA records of the apex, addresses of hosts and MX hosts, PTR records */
	SECTION_CASES, /* the cases' own names, and their wildcards */
	SECTION_DELEGATIONS, /* NS and glue of the zones below; DS records come from signing */
	SECTION_TOKENS,
	SECTIONS_N
};

struct plan_record {
	enum plan_section section;
	const char *owner; /* relative to the zone's origin */
	const char *type;
	const char *data;                /* names in it are absolute, with a dot */
	const struct testcase *testcase; /* NULL: of none */
	const char *token;               /* NULL: of none */
};

/* The kinds of zones, by what their template has places for. */
enum plan_zone_kind {
	ZONE_MEASUREMENT, /* hosts, cases, delegations, tokens */
	ZONE_CHILD,       /* hosts, cases, tokens */
	ZONE_RDNS,        /* PTR records that the IPv4 reverse zone points to (RFC 2317) */
	ZONE_REVERSE6,    /* PTR records */
	ZONE_KINDS_N
};

struct plan_zone {
	const char *origin;
	enum plan_zone_kind kind;
	const struct plan_zone *parent; /* NULL: a stranger's zone; its owner is told in owner/ */
	const struct plan_host *host;   /* whose server answers for it */
	const char *name_server;        /* fully qualified: its NS record and SOA MNAME */
	bool glue4, glue6;              /* address families of the name server's addresses */
	const char *file; /* DIR/FILE is the unsigned zone, DIR/FILE.signed the other */
	const char *what; /* in a few words, for its file */
	/* Below the measurement's domain, as in the names of cases; "" for that zone, and outside.
	 */
	const char *label;
	enum plan_trust trust;
	struct plan_record *records;
	size_t records_n;
};

/* A certificate that a host needs.  On its machine it is `file`: key, certificate, chain. */
struct plan_certificate {
	const struct plan_host *host;
	const char *file;    /* absolute, on the machine */
	const char *subject; /* the first of the names */
	const char **names;  /* dNSName entries, wildcards too */
	size_t names_n;
	/* How many of them, from the front, a public CA can look up; the rest lie in zones whose DS
	 * is broken. */
	size_t public_n;
	const struct plan_certificate *copy_of; /* tls-invalid: another host's, of other names */
};

/* A TLSA record set (port 25). */
struct plan_tlsa {
	const struct plan_zone *zone;
	const char *owner; /* "_25._tcp.dane", relative to the zone's origin */
	enum testcase_tlsa want;
	const struct plan_certificate *certificate; /* what the MX host shows */
	const struct testcase *testcase;
	const char *token; /* NULL: of none */
};

struct plan {
	const struct site *site;
	const struct testcases *cases;
	uint32_t serial;
	struct plan_machine *machines;
	size_t machines_n;
	struct plan_host *hosts; /* as site->hosts */
	size_t hosts_n;
	struct plan_zone *zones; /* a parent stands before its children */
	size_t zones_n;
	struct plan_certificate *certificates;
	size_t certificates_n;
	struct plan_tlsa *tlsa;
	size_t tlsa_n;
};

/* Derives everything.  NULL, or "FILE:LINE: what, and the mend" from the arena.  `now_utc` is the
 * serial if the settings hold none. */
const char *plan_make(struct arena *a, const struct site *site, const struct testcases *cases,
    int64_t now_utc, struct plan *plan) __attribute__((warn_unused_result));

/* The data of a TLSA record that matches no certificate and no key: the digest is that of words. */
const char *plan_tlsa_mismatch(struct arena *a, const struct site *site);

/* The addresses that the mail of a case is received at. */
const struct site_pair *plan_case_ip(const struct plan *plan, const struct testcase *t);

/* The one case whose mail is received there; NULL: several, or none.  Sessions that come there are
 * logged under its name. */
const struct testcase *plan_ip_case(const struct plan *plan, const struct site_pair *ip);

/* The address families that the name of such a pair has: those of the case whose own it is; both
 * for a host's.  Where the name lacks a family, that address has no reverse name. */
int64_t plan_ip_families(const struct plan *plan, const struct site_pair *ip);

/* The zone that holds a case's names. */
const struct plan_zone *plan_case_zone(const struct plan *plan, const struct testcase *t);

const struct plan_host *plan_host(const struct plan *plan, enum role_id role);
const struct plan_zone *plan_zone_find(const struct plan *plan, struct span origin);

#endif
