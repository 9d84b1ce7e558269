/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_subjects - the names and signatures of a mail that the DNS is asked about.
 *
 * They are strangers' text: a name is asked about only if it can be one on the Internet
 * (sender_domain.h), so not "unknown", an address literal or a single label.  Only what our own
 * server saw counts for the client: its address, EHLO name and rDNS name (envelope.h). */
#ifndef EMT_ENRICH_SUBJECTS_H
#define EMT_ENRICH_SUBJECTS_H

#include <jansson.h>

#include "base/arena.h"
#include "base/ip.h"
#include "dns/public_suffix.h"

enum enrich_subject {
	ENRICH_EHLO,
	ENRICH_RDNS,    /* the forward-confirmed name, as the mail server looked it up */
	ENRICH_SENDER,  /* the sender's domain (sender_domain.h) */
	ENRICH_ORG,     /* its organisational domain */
	ENRICH_REVERSE, /* the client's address below in-addr.arpa or ip6.arpa */
	ENRICH_ADDRESS, /* the client's address: given, never a name */
	ENRICH_SUBJECTS_N
};

struct enrich_name {
	struct span given;   /* as the record has it; p == NULL: not there */
	const char *name;    /* canonical (dns_name.h); NULL: nothing to ask about */
	const char *why_not; /* if so */
};

/* A DKIM-Signature (RFC 6376) or DomainKey-Signature (RFC 4870). */
struct enrich_signature {
	struct span selector, domain; /* p == NULL: no such tag */
};

struct enrich_subjects {
	struct enrich_name names[ENRICH_SUBJECTS_N];
	bool has_client;
	struct ip client;
	struct enrich_signature *dkim, *domkey; /* top first */
	size_t dkim_n, domkey_n;
};

/* Any JSON value will do for a record; the spans borrow its strings. */
void enrich_subjects_read(struct arena *a, const struct public_suffixes *suffixes,
    const json_t *record, struct enrich_subjects *s);

#endif
