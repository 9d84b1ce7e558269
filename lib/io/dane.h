/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dane - do the certificates of a mail server match the TLSA records of its name (RFC 6698, RFC
 * 7671), as RFC 7672 has it for SMTP?  By way of OpenSSL.
 *
 * Usage 3 (DANE-EE) asks for the server's own certificate or key alone: neither names nor dates
 * count.  Usage 2 (DANE-TA) asks for a chain to that authority, in its time, and a certificate of
 * one of the names.  Usages 0 and 1 are unusable for SMTP.  That the records are DNSSEC-secure is
 * the caller's to know.  Records and chain are strangers': bound, and unusable if they make no
 * sense. */
#ifndef EMT_DANE_H
#define EMT_DANE_H

#include <stdint.h>

#include "base/arena.h"

enum {
	DANE_RECORDS_MAX = 100,    /* looked at */
	DANE_DATA_MAX = 64 * 1024, /* octets of one record's data */
};

enum dane_st {
	DANE_OK,
	DANE_MISMATCH,      /* no usable record matches */
	DANE_UNUSABLE,      /* there is no usable record */
	DANE_NAME_MISMATCH, /* it leads to the authority, but is of no such name */
	DANE_EXPIRED,       /* it leads to the authority, but not at this time: too late ... */
	DANE_NOT_YET_VALID, /* ... or too early */
	DANE_MALFORMED,     /* no certificate, or one that cannot be read */
	DANE_OTHER,         /* something else is wrong with the chain */
};

struct tlsa {
	unsigned usage, selector, matching;
	struct span data; /* octets */
};

/* Reads presentation form: "3 1 1 0D6FCE13...", hexadecimal digits of either case, blanks between
 * them allowed (RFC 6698 section 2.2).  False if it is none.  The data are the arena's. */
bool tlsa_read(struct arena *a, struct span text, struct tlsa *out)
    __attribute__((warn_unused_result));

/* records: presentation form; one that cannot be read is unusable.  chain: DER, the server's own
 * first.  names: what the certificate may be of; canonical. */
enum dane_st dane_check(const char *const *records, size_t records_n, const struct span *chain,
    size_t chain_n, const char *const *names, size_t names_n, int64_t now_utc);

/* "ok", "mismatch", "unusable", "name-mismatch", "expired" ... as records spell them. */
const char *dane_st_name(enum dane_st st);

#endif
