/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust - was a certificate good at a time, by the roots that we know (RFC 5280 section 6)?
 *
 * A chain is what a server sent: its own certificate first, the others in any order.  It must lead
 * to a root, each certificate in its time, and be one for TLS servers.  Names are not looked at,
 * nor revocation.  All of it is a stranger's: its size is bound.
 *
 * One struct serves any number of threads. */
#ifndef EMT_TRUST_H
#define EMT_TRUST_H

#include <stdint.h>

#include "base/span.h"

enum { TRUST_CHAIN_MAX = 32 }; /* certificates looked at */

enum trust_st {
	TRUST_OK,
	TRUST_EXPIRED, /* the certificate, or one that it depends on */
	TRUST_NOT_YET_VALID,
	TRUST_SELF_SIGNED,    /* by itself, or by a root of its own that we do not know */
	TRUST_UNKNOWN_ISSUER, /* the chain ends before a root */
	TRUST_NOT_A_SERVER,   /* it may not be used for this */
	TRUST_MALFORMED,      /* no certificate, or a larger one than there can be */
	TRUST_OTHER,          /* a signature that is wrong, an odd algorithm ... */
};

struct trust;

/* The roots of a file of PEM; with NULL those of the system.  NULL if there are none. */
struct trust *trust_open(const char *path) __attribute__((warn_unused_result));
void trust_close(struct trust *t); /* NULL is fine */

/* The file that the roots were read from; `path` is borrowed. */
const char *trust_path(const struct trust *t);

/* chain[0 .. chain_n-1]: DER. */
enum trust_st trust_verify(
    const struct trust *t, const struct span *chain, size_t chain_n, int64_t now_utc);

/* "ok", "expired", "not-yet-valid", "self-signed", "unknown-issuer" ... as records spell them. */
const char *trust_st_name(enum trust_st st);

#endif
