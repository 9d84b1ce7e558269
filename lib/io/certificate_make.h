/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certificate_make - keys and certificates of a laboratory's own authority, by way of OpenSSL.
 *
 * Keys are ECDSA P-256.  A host's certificate has its names as subjectAltName and is for TLS
 * servers; an authority's may sign certificates and nothing else (RFC 5280 section 4.2.1). */
#ifndef EMT_CERTIFICATE_MAKE_H
#define EMT_CERTIFICATE_MAKE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/rng.h"

struct certificate_key; /* a private key; the arena's */

struct certificate_key *certificate_key_new(struct arena *a);

/* The private key in PEM text, which may hold certificates as well; NULL if there is none, or if it
 * is no P-256 key.  The text is a file of our own side; encrypted keys are not asked for a word. */
struct certificate_key *certificate_key_read(struct arena *a, struct span pem);

/* As PEM (PKCS #8, RFC 5958). */
struct span certificate_key_pem(struct arena *a, const struct certificate_key *key);

/* Does the first certificate of `pem` belong to the private key in `key_pem`, of whatever type?
 * False as well if either is missing; the two may be the same text. */
bool certificate_key_fits(struct span key_pem, struct span pem);

struct certificate_wish {
	const char *subject;      /* common name; over 64 octets it is left out (RFC 5280 A.1) */
	const char *const *names; /* DNS names; none for an authority */
	size_t names_n;
	bool authority;
	int64_t from_utc, until_utc;
};

struct certificate_issuer {
	struct span pem; /* the authority's certificate; p == NULL: the new one signs itself */
	const struct certificate_key *key;
};

/* The certificate as PEM.  p == NULL: a name that cannot be in a certificate, or an issuer's
 * certificate that cannot be read. */
struct span certificate_make(struct arena *a, const struct certificate_wish *wish,
    const struct certificate_key *key, const struct certificate_issuer *issuer,
    const struct rng *rng);

#endif
