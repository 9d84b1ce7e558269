/* SPDX-License-Identifier: GPL-3.0-or-later */
/* testca - `emt-site testca DIR`: an authority of the laboratory's own, and a certificate for each
 * host that needs one.
 *
 * DIR/ca.key and DIR/ca.pem are the authority, DIR/MACHINE/etc/emt/tls/HOST.pem what Postfix takes
 * as smtpd_tls_chain_files: key, then certificate.  DIR may be the rendered tree itself.  Keys that
 * are there stay, so a TLSA record stays right; certificates are made anew.  Not for the Internet:
 * no sender trusts this authority unless it is told to. */
#ifndef EMT_TESTCA_H
#define EMT_TESTCA_H

#include <stdio.h>

#include "base/rng.h"
#include "plan/plan.h"

enum { TESTCA_SKEW_S = 3600, TESTCA_VALIDITY_S = 90 * 86400 };

struct testca {
	const struct plan *plan;
	const char *dir;
	int64_t now_utc;
	const struct rng *rng; /* of serial numbers */
	FILE *out;             /* one line for each certificate; NULL: silent */
};

/* NULL, or one line "FILE: what, and the mend" from the arena. */
const char *testca_make(struct arena *a, const struct testca *job)
    __attribute__((warn_unused_result));

/* `emt-site pin FILE`: the TLSA data of the first certificate in the file, "3 1 1 HEX".  NULL, or
 * "FILE: what, and the mend" from the arena. */
const char *testca_pin(struct arena *a, const char *file, const char **pin)
    __attribute__((warn_unused_result));

#endif
