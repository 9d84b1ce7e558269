/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dnsbl_list - one DNS block list: what to ask it, and what its answers say (RFC 5782). */
#ifndef EMT_DNSBL_LIST_H
#define EMT_DNSBL_LIST_H

#include "base/ip.h"
#include "base/option.h"
#include "dns/dns_result.h"

struct dnsbl_list {
	const char *name, *key; /* key: written in front of the name; NULL: none */
	bool off;               /* it wants a registration, and there is none */
};

/* `keys`: LIST=KEY, with the word `registered` for a list that knows our address.  All is borrowed.
 */
struct dnsbl_list dnsbl_list(const char *name, const struct option_list *keys);

/* "99.2.0.192.LIST", with its key if it has one. */
struct span dnsbl_list_question(struct arena *a, const struct dnsbl_list *l, const struct ip *ip);

/* The result of that question as it may be shown, without the key; lives in the arena. */
const struct dns_result *dnsbl_list_result(
    struct arena *a, const struct dnsbl_list *l, const struct ip *ip, const struct dns_result *r);

/* What the answer to a question for A records says; of several addresses the worst counts. */
enum dnsbl_verdict {
	DNSBL_NO_ANSWER, /* or none to be believed */
	DNSBL_LISTED,
	DNSBL_NOT_LISTED,
	DNSBL_TURNED_AWAY, /* 127.255.255.x, or 127.0.0.1 which is no entry; or REFUSED */
	DNSBL_ELSEWHERE,   /* an address outside 127.0.0.0/8 */
};

enum dnsbl_verdict dnsbl_verdict(const struct dns_result *r);

/* What a list is worth, for this address family. */
enum dnsbl_state {
	DNSBL_UNTESTED, /* its test has not ended by the deadline */
	DNSBL_WORKING,
	DNSBL_DEAD,     /* fails the test: lists nothing, or everything, or there is no such zone */
	DNSBL_REFUSING, /* answers 127.255.255.x or 127.0.0.1, or REFUSED: asked the wrong way */
	DNSBL_PARKED,   /* answers addresses outside 127.0.0.0/8: the domain is somebody else's */
	DNSBL_SILENT,   /* no answer to the test: timeout, network, SERVFAIL, bogus; or to us,
			   while other lists did answer */
	DNSBL_CAPPED,   /* not asked: today's questions are used up */
	DNSBL_OFF,      /* not asked: wants a registration, and there is none */
};
enum { DNSBL_STATES_N = DNSBL_OFF + 1 };

const char *dnsbl_state_name(enum dnsbl_state state); /* "working" ... */

#endif
