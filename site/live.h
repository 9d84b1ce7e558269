/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live - `emt-site check --live`: do the real servers, asked over the network, answer as the plan
 * says?
 *
 * For each test case there is a fixed list of checks: a part, and an address family where the part
 * has one.  Modules ask (live_resolver.c, live_authority.c, live_smtp.c) and give each check its
 * outcome; what has none by the deadline is red.  What is broken on purpose must be broken, in just
 * that way, and everything else whole.
 *
 * Polite: equal questions are asked once, few at a time, one SMTP connection to an address at a
 * time, and no mail is sent.  The token that is asked for is the last one of each case's pool. */
#ifndef EMT_LIVE_H
#define EMT_LIVE_H

#include <stdio.h>

#include "base/rng.h"
#include "dns/dns.h"
#include "io/certificate.h"
#include "io/trust.h"
#include "plan/plan.h"

enum live_part {
	LIVE_NAME_SERVER, /* the zone's name server answers over this family; or it must not */
	LIVE_DELEGATION, /* the zone above points there; without a family: as the resolver has it */
	LIVE_DNSSEC,     /* the zone is secure, or bogus, as meant */
	LIVE_RECORDS,    /* what the name server says, asked over this family */
	LIVE_MX,         /* what the resolver says */
	LIVE_ADDRESS,    /* the MX hosts have the address of this family, or none */
	LIVE_LISTENER,   /* the host greets */
	LIVE_STARTTLS,   /* it offers and demands STARTTLS as its role says */
	LIVE_TLS,        /* every version of TLS */
	LIVE_CERTIFICATE, /* trusted, in its time, and good for the names it is meant for */
	LIVE_TLSA,        /* the TLSA records match the certificate that is shown, or do not */
	LIVE_RECIPIENT,   /* mail to the case is taken; by a greylisting host, put off */
	LIVE_RELAY,       /* mail to others is refused */
	LIVE_PARTS_N
};

enum live_family { LIVE_EITHER, LIVE_IPV4, LIVE_IPV6, LIVE_FAMILIES_N };

struct live_check {
	enum {
		LIVE_NONE,
		LIVE_PENDING,
		LIVE_OK,
		LIVE_BAD
	} state;                               /* _NONE: there is no such check */
	const char *where, *what, *why, *mend; /* of _BAD; of _OK: `what` alone, or NULL */
	int64_t time_us;
};

/* A test case, and the names that are asked for. */
struct live_case {
	const struct testcase *testcase;
	const struct plan_zone *zone;
	const struct site_pair *ip;
	const char *domains[2]; /* recipient domains: the plain one, and that of a token */
	const char *hosts[2];   /* and their MX hosts */
	struct live_check checks[LIVE_PARTS_N][LIVE_FAMILIES_N];
	/* For LIVE_TLSA, which takes two sources. */
	const char *const *tlsa[2];    /* records of each MX host */
	size_t tlsa_n[2], tlsa_seen_n; /* seen: of the hosts */
	struct {
		bool seen;
		char pin[CERTIFICATE_PIN_MAX];
	} shown[LIVE_FAMILIES_N];
};

struct live {
	struct arena *a;
	const struct plan *plan;
	int64_t deadline_s;
	const char *roots;      /* PEM of certification authorities; NULL: the system's */
	const char *health_dir; /* where the records go */
	const char *ehlo_name;
	FILE *out;
	size_t findings_n, checks_n;

	struct live_case *cases; /* as plan->cases */
	struct loop *loop;
	struct dns *dns;
	struct trust *trust;
	const struct rng *rng;
	int64_t deadline_us; /* of clock_since_us; before it, everybody has to have given up */
	size_t busy_n;       /* of those who ask */
	bool started;
	const char *sender; /* of this run's envelopes */
};

/* Runs all checks, prints findings, writes the records; the caller fills in the members up to
 * `out`.  NULL, or why it could not run: then nothing is said of the site. */
const char *live_run(struct live *l) __attribute__((warn_unused_result));

/* The outcome of a check.  The first bad one stands; nothing of this is called for a check that is
 * not there. */
void live_ok(struct live *l, struct live_case *c, enum live_part part, enum live_family family,
    const char *detail);
struct live_fault {
	const char *where, *what, *why, *mend;
};
void live_bad(struct live *l, struct live_case *c, enum live_part part, enum live_family family,
    const struct live_fault *fault);

bool live_has(const struct live_case *c, enum live_part part, enum live_family family);

/* Somebody begins to ask, or has come to an end. */
void live_begin(struct live *l);
void live_end(struct live *l);

/* The modules that ask; `end` gives back what `start` took, done or not. */
void live_resolver_start(struct live *l);
struct live_authority;
struct live_authority *live_authority_start(struct live *l);
void live_authority_end(struct live_authority *a);
struct live_smtp;
struct live_smtp *live_smtp_start(struct live *l);
void live_smtp_end(struct live_smtp *s);

/* Judges LIVE_TLSA if both sources are in. */
void live_tlsa(struct live *l, struct live_case *c, enum live_family family);

/* What the plan's zones hold at that name (data as zone files have them); their number. */
size_t live_planned(const struct live *l, const char *name, const char *type, const char ***data);

/* The same set, in any order; blanks and case make no difference. */
bool live_same(const char *const *a, size_t a_n, const char *const *b, size_t b_n);

/* "10 mx.example.com., ...", or "none". */
const char *live_list(const struct live *l, const char *const *data, size_t n);

/* The zone of the plan that a name lies in: the deepest. */
const struct plan_zone *live_zone(const struct live *l, const char *name);

/* The address of that family, as text. */
const char *live_ip(const struct live *l, const struct site_pair *ip, enum live_family family);

#endif
