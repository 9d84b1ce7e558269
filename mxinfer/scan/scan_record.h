/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan_record - the records of a scan as text: mx-scan/1, schema/mx-scan-1.json. */
#ifndef EMT_MXINFER_SCAN_SCAN_RECORD_H
#define EMT_MXINFER_SCAN_SCAN_RECORD_H

#include "base/buf.h"
#include "io/certificate.h"
#include "mxinfer/scan/mail_route.h"
#include "mxinfer/scan/visit.h"

/* Appends the record of a domain.  `variants`: addresses are named with the MX that they are asked
 * for as (--sni mx). */
void scan_record_domain(struct buf *out, const struct mail_route *route, bool variants);

/* An address and all that is said of it. */
struct scan_address {
	struct ip address;
	struct span variant; /* empty: none */
	const char *outcome; /* of the visit, or why there was none */
	const uint32_t *as;
	size_t as_n;
	const struct visit *visit;             /* NULL: none was made */
	const struct certificate *certificate; /* NULL: none came */
	const unsigned char (*chain)[SHA256_LEN];
	size_t chain_n;     /* of those behind the host's own */
	bool trusted;       /* with a certificate */
	const char *verify; /* likewise */
	const struct span *compared;
	size_t compared_n;
	const char *dane; /* NULL: not asked */
	bool raw;         /* the certificate as it came, too */
};

/* Appends its record. */
void scan_record_address(struct buf *out, const struct scan_address *a);

#endif
