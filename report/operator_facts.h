/* SPDX-License-Identifier: GPL-3.0-or-later */
/* operator_facts - what the index knows of one sending operator beside verdicts: where it sends
 * from, what it speaks, what it publishes, how it comes back after a temporary refusal, who
 * resolves for it.
 *
 * Counts are of mails and of sessions, all of the measurement's, not of sets.  Everything lives in
 * the arena.  Texts are a stranger's. */
#ifndef EMT_REPORT_OPERATOR_FACTS_H
#define EMT_REPORT_OPERATOR_FACTS_H

#include "report/mail_facts.h"
#include "report/store.h"

enum {
	FACTS_TEXTS_MAX = 200,      /* different texts of a list; others are only counted */
	FACTS_RETRIES_MAX = 2000,   /* points of the retry curve */
	FACTS_RESOLVERS_MAX = 200,  /* addresses of resolvers */
	FACTS_RESOLVER_ROWS = 5000, /* queries of an address that tell of it */
};

/* A text and how often it came. */
struct text_count {
	const char *text;
	int64_t n;
};

struct text_counts {
	struct text_count *v; /* most frequent ones first, then by text */
	size_t n;
	int64_t others; /* of texts that are not in v */
};

/* One attempt to deliver what was put off before. */
struct retry {
	const char *token;
	int64_t number;   /* 1: the first attempt */
	int64_t after_us; /* since the first attempt */
	int64_t code;     /* reply to RCPT */
	bool accepted;
	const char *address, *sender; /* it came from; either may be NULL */
};

struct resolver_facts {
	const char *address;
	bool ipv6;
	int64_t queries; /* for tokens that this operator delivered mail of */
	int64_t rows;    /* looked at for what follows */
	int64_t tcp, wants_dnssec, checking_disabled;
	int64_t dnskey;       /* asked for keys: a sign that it validates */
	int64_t minimised;    /* asked as RFC 9156 says */
	int64_t mixed, plain; /* names in mixed case (0x20), and in one */
};

struct operator_facts {
	const char *operator;
	int64_t sets;                               /* that it delivered mail of */
	int64_t mails, mails_ipv6, mails_confirmed; /* confirmed: the client's name was */
	int64_t sessions, sessions_tls, sessions_failed_tls;
	struct text_counts addresses, names, helos, from_domains; /* of mails */
	struct text_counts protocols, ciphers;                    /* of sessions with TLS */
	struct text_counts dmarc_policies, listed;                /* of mails */
	int64_t fact[MAIL_FACTS_N][PRESENCES_N];                  /* of mails */
	struct retry *retries;                                    /* by token, then by time */
	size_t retries_n;
	struct resolver_facts *resolvers; /* by address */
	size_t resolvers_n;
};

/* The operator behind `last` ("" first) that delivered mail of a set; NULL: there is none. */
const char *operator_facts_next(struct arena *a, struct store *s, const char *last);

void operator_facts_find(
    struct arena *a, struct store *s, const char *operator, struct operator_facts * facts);

/* Mails of the flavours by host and day (UTC). */
struct flavour_count {
	const char *flavour, *host;
	int64_t day; /* days since 1970 */
	int64_t mails, octets;
};

/* By flavour, host, day; their number. */
size_t flavour_counts(struct arena *a, struct store *s, struct flavour_count **counts);

#endif
