/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paper - a resolver that asks nobody: it walks zone files by delegation, as a validating resolver
 * with one address family would (RFC 1034 section 5.3.3, RFC 4035 section 5).
 *
 * A name server answers from the zones that it is configured with, the deepest that fits, so a
 * server that holds parent and child answers for the child without anybody following the
 * delegation: the mistake that would empty the v6only case.  At a cut the resolver has the glue of
 * the parent's file; name servers whose names lie elsewhere are resolved in the same way, over the
 * same family. */
#ifndef EMT_PAPER_H
#define EMT_PAPER_H

#include "base/ip.h"
#include "site/proof.h"

struct paper_server {
	struct ip ip;
	const struct proof **zones; /* that it is configured with, borrowed */
	size_t zones_n;
};

/* What somebody else's zone holds of ours: a delegation, and the DS of our key. */
struct paper_top {
	const char *origin;
	struct zonefile delegation; /* NS records and glue */
	const char **ds;            /* "TAG ALGORITHM TYPE DIGEST" */
	size_t ds_n;                /* 0: the resolver takes the zone for insecure */
};

struct paper {
	const struct paper_server *servers;
	size_t servers_n;
	const struct paper_top *tops;
	size_t tops_n;
};

/* Over which family the resolver reaches name servers. */
struct paper_resolver {
	const char *name; /* "IPv4-only resolver" */
	bool ip4, ip6;
};

enum paper_outcome {
	PAPER_ANSWER,
	PAPER_NODATA,      /* the name is there, the type is not */
	PAPER_NXDOMAIN,    /* the name is not there */
	PAPER_UNREACHABLE, /* no name server has an address of the family, or none answers there */
	PAPER_STRANGE,     /* the name is in no zone of ours */
};

struct paper_answer {
	enum paper_outcome outcome;
	bool secure, bogus; /* neither: insecure.  Of a bogus one the data are there nevertheless */
	const char *why;    /* why it is unreachable or bogus, in words */
	const struct zonefile_rrset *set; /* of PAPER_ANSWER, at the end of CNAMEs */
};

/* Asks for `name` (without a dot at its end) and a DNS type.  What it hands out is the arena's or
 * the zones'. */
void paper_ask(struct arena *a, const struct paper *paper, const struct paper_resolver *resolver,
    const char *name, unsigned type, struct paper_answer *answer);

const char *paper_outcome_name(enum paper_outcome outcome);

#endif
