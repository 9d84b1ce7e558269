/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query - one query that a name server got, with what is known of its answer; or a time in which
 * queries may be missing.
 *
 * Sources know different things: a fact that the source does not tell is UNTOLD, never a guess.
 * Everything in it comes from strangers, but for the identity, which is the name server's. */
#ifndef EMT_QUERY_H
#define EMT_QUERY_H

#include <stdint.h>

#include "base/codec.h"
#include "base/ip.h"
#include "base/logtime.h"
#include "dns/dns_message.h"

enum {
	UNTOLD = -1,
	QUERY_IDENTITY_MAX = 63, /* octets kept of a name server's name */
	QUERY_ID_LEN = 32,       /* hex digits */
};

enum query_source { SOURCE_DNSTAP, SOURCE_BIND, SOURCE_POWERDNS, SOURCE_PCAP, SOURCES_N };

enum query_proto {
	PROTO_UDP,
	PROTO_TCP,
	PROTO_OTHER, /* over TLS, HTTPS, ... */
	PROTOS_N
};

enum query_kind {
	QUERY_ASKED,  /* the query itself was seen */
	QUERY_ANSWER, /* only an answer, which repeats most of it: the query is lost */
	QUERY_GAP,    /* no query: from gap_from_us to time_us some may be missing */
	QUERY_KINDS
};

/* What happened at the end of a gap. */
enum query_gap {
	GAP_STARTED,   /* the collector: what came before it is lost */
	GAP_CONNECTED, /* a name server: what it was asked before may be lost */
	GAP_LOST,      /* a name server went away without saying so: the last of it may be lost */
	GAP_DROPPED,   /* the collector could not write, the disk was full for instance */
	GAP_DAMAGED,   /* what was collected is damaged, after a power failure for instance */
	GAPS_N
};

extern const char *const query_source_names[SOURCES_N];
extern const char *const query_proto_names[PROTOS_N];
extern const char *const query_gap_names[GAPS_N];

struct query_peer {
	bool is_known;
	struct ip ip;
	int port; /* or UNTOLD */
};

struct query {
	enum query_kind kind;
	enum query_source source;
	enum query_proto proto;
	int64_t time_us; /* of an answer without query: when the query came, or else the answer */
	struct query_peer client, server;
	char identity[QUERY_IDENTITY_MAX + 1]; /* of the name server; "": untold */

	int id; /* of the message */
	int opcode, type, class;
	int rd, cd, wants_dnssec; /* flags */
	int has_edns, edns_size, edns_version;
	int options_n; /* UNTOLD: not known, or not all */
	uint16_t options[DNS_OPTIONS_MAX];
	struct dns_subnet subnet;
	int size; /* octets of the message */
	bool is_malformed;

	/* The answer. */
	int64_t answer_us; /* or TIME_UNKNOWN */
	int rcode, tc, aa, ad, answer_size;

	enum query_gap gap;
	int64_t gap_from_us; /* or TIME_UNKNOWN: since ever */

	struct dns_qname name; /* n == 0: untold; the last member: see query_size */
};

/* A query of which nothing is known. */
void query_init(struct query *q, enum query_source source);

/* Takes the facts of a message: kind, id, question, EDNS, or of an answer rcode, flags, size. */
void query_take_message(struct query *q, const struct dns_message *m, size_t size);

/* Adds what an answer says to the query that it answers. */
void query_take_answer(struct query *q, const struct query *answer);

/* Does this answer fit this query, as far as both tell?  Address, port, id, protocol; and the
 * question, whatever its case. */
bool query_is_answer_to(const struct query *answer, const struct query *q);

/* Copies the identity, without what is no printing ASCII. */
void query_set_identity(struct query *q, struct span identity);

/* Takes a client subnet as text: ADDRESS/BITS/SCOPE, or ADDRESS/BITS; what is none is passed over.
 */
void query_set_subnet(struct query *q, struct span text);

/* Octets of a query up to the end of its name: what a copy takes. */
static inline size_t
query_size(const struct query *q)
{
	return offsetof(struct query, name.wire) + q->name.n;
}

static inline struct span
query_name(const struct query *q)
{
	return (struct span){(const char *)q->name.wire, q->name.n};
}

/* For the state of a run.  Reading, one that could not be fails the codec. */
void query_code(struct codec *c, struct query *q);

#endif
