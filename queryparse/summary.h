/* SPDX-License-Identifier: GPL-3.0-or-later */
/* summary - what each resolver address showed of itself: queries, minimised names (RFC 9156), 0x20,
 * signs of validation, EDNS, TCP; which zone cuts it touched and whose tokens it asked for.
 *
 * These are facts for METHOD's ladder of evidence, not verdicts.  A query at the cut of v6only, or
 * for DS or DNSKEY of dnssec-broken, is all that shows of a resolver that then fails: the token's
 * own name never gets here. */
#ifndef EMT_SUMMARY_H
#define EMT_SUMMARY_H

#include "mail/probe.h"
#include "queryparse/queries.h"

struct summary_params {
	bool json; /* resolver/1 lines instead of text */
};

enum {
	SUMMARY_RESOLVERS_MAX = 200000, /* addresses; queries of others are only counted */
	SUMMARY_SIZES_MAX = 4,          /* different EDNS sizes of an address that are kept */
	SUMMARY_TOKENS_MAX = 16,        /* tokens of an address and a case that are kept */
	SUMMARY_PARTNERS_MAX = 8,       /* addresses that asked for the same tokens */
	SUMMARY_LETTERS_MIN = 4,        /* of a name, so that its case can be a sign */
};

/* How often a zone cut was touched. */
struct summary_cut {
	const char *zone;
	uint64_t apex;                    /* asked for its own name, whatever the type */
	uint64_t ns, a, aaaa, ds, dnskey; /* of these, by type */
	uint64_t below;                   /* asked for a name below it */
	uint64_t referred; /* answered with where the zone's own server is: the parent's server */
};

struct summary_case {
	const char *name;
	uint64_t queries;
	char (*tokens)[PROBE_TOKEN_LEN + 1]; /* different ones */
	size_t tokens_n;
	bool has_more;
};

struct summary_resolver {
	struct ip ip;
	int64_t first_us, last_us;
	uint64_t queries, udp, tcp, truncated;
	uint64_t edns, no_edns, wants_dnssec, checking_disabled, recursion, subnet, cookie;
	uint64_t minimised;    /* queries that only a resolver which minimises makes */
	uint64_t full;         /* queries for names with a token */
	uint64_t mixed, plain; /* names in mixed and in one case, of those with letters enough */
	uint64_t ds, dnskey;
	int sizes[SUMMARY_SIZES_MAX];
	size_t sizes_n;
	struct summary_cut *cuts;
	size_t cuts_n;
	struct summary_case *cases;
	size_t cases_n;
	const struct summary_resolver *partners[SUMMARY_PARTNERS_MAX];
	size_t partners_n;
};

struct summary;

struct summary *summary_new(const struct subjects *subjects);
void summary_free(struct summary *s);
void summary_add(struct summary *s, const struct query *q);

/* Resolvers by address, as long as the summary lives; and how many queries came from addresses that
 * are too many, or untold.  Once, at the end: finds out who shares tokens with whom. */
const struct summary_resolver *const *summary_list(struct summary *s, size_t *n, uint64_t *others);

/* "yes", "no" or "unknown". */
const char *summary_minimises(const struct summary_resolver *r);
const char *summary_randomises(const struct summary_resolver *r);
const char *summary_validates(const struct summary_resolver *r);

/* emt-queries summary: files as emt-queries reads them, and its own records, in; the summary on
 * standard output.  The exit code. */
int summary_run(const struct summary_params *summary, const struct queries_params *params,
    char *const *files, int files_n);

#endif
