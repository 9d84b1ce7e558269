/* SPDX-License-Identifier: GPL-3.0-or-later */
/* identify - which provider is behind each primary MX of a domain (emt-mxinfer(1), steps 4, 6 and
 * 7).
 *
 * What is asked for lies in struct inference, which any number of threads share; each has a struct
 * identify of its own for the answers. */
#ifndef EMT_MXINFER_IDENTIFY_H
#define EMT_MXINFER_IDENTIFY_H

#include "base/buf.h"
#include "mxinfer/cert_groups.h"
#include "mxinfer/company_table.h"
#include "mxinfer/server_table.h"

enum mx_source { MX_SOURCE_NONE, MX_SOURCE_TLS, MX_SOURCE_GREETING, MX_SOURCE_MX };

/* "TLS", "Banner/EHLO", "MX". */
const char *mx_source_name(enum mx_source source);

/* Why an id was corrected. */
enum mx_reason {
	MX_REASON_NONE,
	MX_REASON_UNSEEN_AS,     /* -1: an address lies outside the company's AS */
	MX_REASON_FILTER_AS,     /* 1: all addresses are a filtering company's */
	MX_REASON_RENTED_CERT,   /* -1: the certificate's name is a rented machine's */
	MX_REASON_RENTED_SERVER, /* -1: so are all names in greetings */
};

struct identify_options {
	bool compat;
	bool disable_tls, disable_banner, disable_heuristics, disable_heuristics_as,
	    disable_heuristics_tls_pattern, disable_heuristics_banner_pattern;
	int64_t heuristics_threshold; /* checks are for scores up to it */
	bool map_company;
};

struct inference {
	const struct population *population;
	const struct cert_table *certs;
	const struct counts *counts;
	const struct cert_groups *groups;
	const struct company_table *companies;
	const struct server_table *servers;
	const uint32_t *filter_ids; /* name ids of the companies' filters, in their order */
	struct identify_options options;
};

struct mx_answer {
	uint32_t mx; /* name id */
	bool ok;     /* it has an id; else no registered domain was found anywhere */
	uint32_t id; /* name id of a registered domain (with compat 0, an empty one) */
	enum mx_source source;
	uint32_t score;
	int corrected;   /* 0, -1, 1 */
	uint32_t new_id; /* if corrected is 1 */
	enum mx_reason reason;
	uint32_t reason_name;    /* MX_REASON_RENTED_SERVER: a name; 0 with compat: none */
	uint32_t reason_company; /* MX_REASON_FILTER_AS */
	uint32_t id_company;     /* of new_id if there is one, else of id; 0: none is known */
	uint32_t company;        /* the same, if it is wanted */
};

struct identify {
	struct view view;
	struct mx_answer *answers; /* of the primary MX, by MX name as text */
	size_t answers_n, answers_room;
	uint32_t *as; /* of one address */
	size_t as_n, as_room;
};

void identify_free(struct identify *x);

/* Fills x with the answers for a domain that ends at `node`. */
void identify_node(struct identify *x, const struct inference *in, uint32_t node);

/* The reason in words, as MX Inference has it; empty for MX_REASON_NONE. */
void identify_reason(struct buf *out, const struct inference *in, const struct mx_answer *answer);

#endif
