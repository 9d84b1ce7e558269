/* SPDX-License-Identifier: GPL-3.0-or-later */
/* testcase - one file testcases/NAME.conf: what a probe to NAME.DOMAIN meets, and what its fate
 * means.
 *
 * NAME is the recipient domain below the measurement's, in lower case; the address is always that
 * of `measurement`, which the hosts' aliases know.  A case differs from its control in one thing
 * alone; a verdict on it holds only if the control is fine.  Rules say which evidence leads to
 * which state; the first one of the file whose evidence there is decides.  Names and states: METHOD
 * in docs/extending.md, verdict/1 in schema/. */
#ifndef EMT_TESTCASE_H
#define EMT_TESTCASE_H

#include "base/arena.h"
#include "base/option.h"
#include "plan/role.h"

/* What was seen of a probe. */
enum evidence {
	SEEN_STORED,           /* the mail was stored */
	SEEN_STORED_IPV4,      /* ... and its client came over IPv4 */
	SEEN_STORED_IPV6,      /* ... over IPv6 */
	SEEN_STORED_TLS,       /* ... in a session with TLS */
	SEEN_STORED_CLEAR,     /* ... in a session without */
	SEEN_STORED_AT_ONCE,   /* ... without an earlier 450 */
	SEEN_SECOND_ATTEMPT,   /* same token, same sender, after a 450, at the least time later */
	SEEN_ONE_ATTEMPT,      /* a 450 and, by the deadline, nothing after it */
	SEEN_HANDSHAKE,        /* a TLS handshake was completed */
	SEEN_HANDSHAKE_FAILED, /* handshakes were tried, and none was completed */
	SEEN_REFUSED_CLEAR,    /* 530: it went on without STARTTLS */
	SEEN_TLS_THEN_CLEAR,   /* left during or after the handshake, and came again without */
	SEEN_LEFT_AFTER_EHLO,  /* EHLO, then QUIT or the end */
	SEEN_LEFT_AFTER_TLS,   /* STARTTLS, completed or not, then QUIT, an alert or the end */
	SEEN_QUERY_IPV6,       /* its resolver asked over IPv6 */
	SEEN_CUT_ASKED,        /* its resolver asked at the zone cut, and no SMTP followed */
	SEEN_NOTHING,          /* none of the above by the deadline, control and health fine */
	EVIDENCE_N
};

struct evidence_kind {
	const char *name;  /* as the files write it */
	bool without_rcpt; /* it may be a session that names no recipient: the address must tell */
};

extern const struct evidence_kind evidence_kinds[EVIDENCE_N];

/* States of a verdict that a rule may lead to. */
enum state {
	STATE_SUPPORTED,
	STATE_NOT_SUPPORTED,
	STATE_STRICT,
	STATE_BROKEN,
	STATE_INCONCLUSIVE,
	STATE_INCONSISTENT,
	STATE_NOT_CHALLENGED,
	STATE_ABSENT_UNEXPLAINED,
	STATES_N
};

extern const char *const state_names[STATES_N];

struct testcase_rule {
	enum evidence evidence;
	enum state state;
	const char *words; /* what that says, in plain words */
	const char *place; /* FILE:LINE */
};

enum testcase_families { FAMILIES_BOTH, FAMILIES_IPV4, FAMILIES_IPV6 };

/* TLSA records of the MX host: none, the certificate's, or one that matches no certificate. */
enum testcase_tlsa { TLSA_NONE, TLSA_MATCH, TLSA_MISMATCH };

struct testcase {
	const char *name; /* "v4-mail.v6only" */
	const char *zone; /* "v6only": the zone of its own below the measurement's; "" : none */
	const struct role *host;
	const char *mx;   /* "mail-v4": the MX host of the address without a token */
	int64_t families; /* enum testcase_families: addresses of its MX hosts */
	int64_t tlsa;     /* enum testcase_tlsa */
	const struct testcase **controls; /* none only for mail-ok */
	size_t controls_n;
	const char *capability;                  /* NULL: decides nothing alone */
	const char *differs, *arrival, *absence; /* plain words */
	struct testcase_rule *rules;
	size_t rules_n;
	bool own_addresses;          /* a rule of it may rest on a session without RCPT */
	const char *file, *mx_place; /* for messages; the place is FILE:LINE */
};

struct testcases {
	struct testcase *v; /* by name */
	size_t n;
};

/* Reads every *.conf file of `folder`.  NULL, or "FILE:LINE: what, and the mend" from the arena. */
const char *testcases_read(struct arena *a, const char *folder, struct testcases *cases)
    __attribute__((warn_unused_result));

const struct testcase *testcase_find(const struct testcases *cases, struct span name);

#endif
