/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certjudge - what the certificates that a mail host showed are worth: by the roots that we know,
 * by its names, and by its TLSA records.  Words are those of records (emt-mxscan(1)); constants. */
#ifndef EMT_MXINFER_SCAN_CERTJUDGE_H
#define EMT_MXINFER_SCAN_CERTJUDGE_H

#include "io/trust.h"
#include "mxinfer/scan/mail_route.h"

struct certjudge_chain {
	const struct span *v; /* DER, the host's own first */
	size_t n;
};

struct certjudge_names {
	const char *const *v; /* MX names that lead to the host, canonical */
	size_t n;
};

struct certjudged {
	bool trusted;       /* in its time, and signed by a known root; names are not looked at */
	bool named;         /* it is of one of the names */
	const char *verify; /* "ok", trust_st_name of what is wrong, or else "name-mismatch" */
};

/* The chain is not empty. */
struct certjudged certjudge_verify(const struct trust *t, struct certjudge_chain chain,
    struct certjudge_names names, int64_t now_utc);

/* What the TLSA records of one MX name say (RFC 7672): dane_st_name of the chain where they are
 * secure, "no-tls" where the chain is empty then; "no-records", "not-secure", "bogus", or
 * "no-answer" where the look-up failed; NULL if it was not asked for.  Whether the MX records and
 * addresses are secure is not asked here. */
const char *certjudge_dane(const struct route_look *tlsa, struct certjudge_chain chain,
    struct certjudge_names names, int64_t now_utc);

#endif
