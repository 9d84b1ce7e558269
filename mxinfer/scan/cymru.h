/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cymru - which autonomous systems announce an address, as the DNS zones of Team Cymru have it:
 * TXT records of the reversed address below origin.asn.cymru.com and origin6.asn.cymru.com,
 * "23028 | 216.90.108.0/24 | US | arin | 1998-09-25", with several numbers if several announce it.
 *
 * Nobody's routers take routes longer than /24 and /48, so one question serves all addresses of
 * such a block.  It does not serve those of a shorter prefix that the answer names: parts of that
 * may well be announced by others.  A longer prefix serves its own address only.  Answers are
 * strangers' texts: what cannot be read is DNS_MALFORMED.  The main has called keyed_hash_seed. */
#ifndef EMT_MXINFER_SCAN_CYMRU_H
#define EMT_MXINFER_SCAN_CYMRU_H

#include "base/ip.h"
#include "dns/dns.h"

enum { CYMRU_AS_MAX = 32 }; /* systems of one address; more are left out */

struct cymru_origin {
	uint32_t as[CYMRU_AS_MAX]; /* ascending, each once */
	size_t as_n;
	struct ip_range prefix;
};

/* Reads a TXT record in presentation form: false if it is no such line. */
bool cymru_read(struct span txt, struct cymru_origin *o) __attribute__((warn_unused_result));

struct cymru;

struct cymru_params {
	const char *zone4, *zone6; /* NULL: Team Cymru's */
	int64_t deadline_us;       /* for each look-up */
};

struct cymru_answer {
	/* DNS_OK; DNS_NXDOMAIN or DNS_NODATA: nobody announces it; else: not known. */
	enum dns_outcome outcome;
	const uint32_t *as;
	size_t as_n; /* 0 unless DNS_OK */
};

struct cymru_counts {
	uint64_t asked, known; /* questions; addresses that needed none of their own */
};

typedef void cymru_done(void *arg, const struct cymru_answer *answer);

struct cymru *cymru_new(struct dns *dns, struct loop *l, const struct cymru_params *p);
void cymru_free(struct cymru *c); /* nothing is called back; before dns_free */

/* Calls back once, never before it returns; the answer lives for the callback. */
void cymru_find(struct cymru *c, const struct ip *ip, cymru_done *done, void *arg);

const struct cymru_counts *cymru_counts(const struct cymru *c);

#endif
