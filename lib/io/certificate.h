/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certificate - an X.509 certificate (RFC 5280) read into facts, by way of OpenSSL.
 *
 * A certificate is a stranger's: servers send it, users paste it.  Its size and the number of its
 * names are bound, its names are octets (they may hold NUL), and nothing of it is believed: who
 * signed it, and whether it may be used, is not asked here.  Facts borrow the arena. */
#ifndef EMT_CERTIFICATE_H
#define EMT_CERTIFICATE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/sha256.h"

enum {
	CERTIFICATE_DER_MAX = 1024 * 1024, /* octets */
	CERTIFICATE_NAMES_MAX = 10000,
	CERTIFICATE_PIN_MAX = 6 + SHA256_HEX_LEN + 1, /* octets of certificate_pin, NUL included */
};

enum certificate_st {
	CERTIFICATE_OK,
	CERTIFICATE_ABSENT,    /* no octets, or PEM text without a certificate */
	CERTIFICATE_TOO_BIG,   /* over CERTIFICATE_DER_MAX */
	CERTIFICATE_MALFORMED, /* no X.509, or octets behind it */
};

struct certificate {
	struct span *names; /* DNS names of the subjectAltName, in its order, as they stand there */
	size_t names_n, names_dropped; /* dropped: those over CERTIFICATE_NAMES_MAX */
	bool names_bad;                /* a subjectAltName that cannot be read, or two */
	struct span common_name;       /* the last CN of the subject, in UTF-8; p == NULL: none */
	int64_t not_before_utc, not_after_utc; /* unreadable: INT64_MAX and INT64_MIN, so never */
	unsigned char sha256[SHA256_LEN];      /* of the whole */
	unsigned char
	    spki_sha256[SHA256_LEN]; /* of the SubjectPublicKeyInfo, RFC 6698 selector 1 */
};

/* Reads DER.  Anything but _OK leaves *c empty. */
enum certificate_st certificate_read(struct arena *a, struct span der, struct certificate *c)
    __attribute__((warn_unused_result));
const char *certificate_st_name(enum certificate_st st);

/* Takes the next certificate out of PEM text (RFC 7468), which may hold keys and prose as well;
 * *text becomes what stands behind it.  False if there is none left.  A block that is no base64
 * gives an empty span: certificate_read calls it _ABSENT. */
bool certificate_pem_next(struct arena *a, struct span *text, struct span *der)
    __attribute__((warn_unused_result));

/* The first certificate of a file's text: PEM (a chain begins with the host's own) or DER. */
enum certificate_st certificate_read_text(struct arena *a, struct span text, struct certificate *c)
    __attribute__((warn_unused_result));

/* Is it a certificate of that host?  RFC 6125 section 6.4: without regard to case, `*` stands for
 * the whole leftmost label and nothing else, and the CN counts only if there is no DNS name. */
bool certificate_covers(const struct certificate *c, struct span host);

/* "3 1 1 HEX": the TLSA data (RFC 6698 section 2.1) that this certificate's key matches, whoever
 * signs the certificate (DANE-EE, SPKI, SHA-256; RFC 7672 section 3.1). */
const char *certificate_pin(const struct certificate *c, char out[CERTIFICATE_PIN_MAX]);

#endif
