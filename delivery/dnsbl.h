/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dnsbl - asks all DNS block lists at once about the client of a mail (RFC 5782).
 *
 * A list is believed only after it passed the test of RFC 5782 section 5, for each address family:
 * its test entry is listed (127.0.0.2, ::FFFF:7F00:2) and its counter-entry is not (127.0.0.1,
 * ::FFFF:7F00:1).  A list that passed is tested again after a day, one that did not after an hour;
 * until then it is not asked.  Tests are shared between mails and remembered in enrich_state; a
 * mail's own question goes out beside them.  A list that says nothing holds back nobody beyond the
 * deadline.
 *
 * Lists are asked so many questions a day at most; those known to want a registration are off
 * without a key (dnsbl_keys), which is written between address and list, or the word `registered`
 * for lists that register addresses.  Keys appear in no result.
 *
 * The answers are strangers': bounded, and made safe by lib/dns. */
#ifndef EMT_DNSBL_H
#define EMT_DNSBL_H

#include <jansson.h>

#include "delivery/dnsbl_list.h"
#include "delivery/enrich_state.h"
#include "dns/dns.h"

struct dnsbl;

struct dnsbl_params { /* everything is borrowed for the life of the dnsbl */
	struct loop *loop;
	struct dns *dns;
	struct enrich_state *state;
	struct option_list lists; /* setting dnsbl_lists; none: nothing is asked */
	struct option_list keys;  /* setting dnsbl_keys: LIST=KEY */
	int64_t daily_cap;        /* setting dnsbl_daily_cap: questions a list, tests included */
	bool ask_txt;             /* setting dnsbl_txt: ask those that list the client why */
};

struct dnsbl *dnsbl_new(const struct dnsbl_params *p);

/* After dns_free, which ends the look-ups.  Calls back those that still wait, with what is known;
 * those callbacks must not ask again.  NULL is fine. */
void dnsbl_free(struct dnsbl *b);

struct dnsbl_found {
	/* Both references are the callee's.  rbl: {"count": N, "lists": [NAME...]}, the working
	 * lists that list the client.  dnsbl: for each configured list, in their order, an object
	 * of list, state (dnsbl_state_name), listed (true, false, null: not known), answer (array
	 * of addresses), reason (text of the TXT record, null: none), outcome (as in `lookups`,
	 * null: not asked). */
	json_t *rbl, *dnsbl;
	/* The questions about this client, alive for the callback; those of tests are not here. */
	const struct dns_result *const *lookups;
	size_t lookups_n;
	bool complete; /* every list that was asked has answered, and so has its test */
};

enum { DNSBL_GRACE_US = 5000 };

typedef void dnsbl_done(void *arg, const struct dnsbl_found *found);

/* Asks about an IPv4 or IPv6 address (no prefix IPv6:); anything else is asked nowhere and found in
 * no list.  Calls back once, never before this returns, and not later than deadline_us and
 * DNSBL_GRACE_US. */
void dnsbl_ask(
    struct dnsbl *b, struct span address, int64_t deadline_us, dnsbl_done *done, void *arg);

#endif
