/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mail_facts - what emt-enrich found of a mail's sender, in short: what of its policies is
 * published, who lists its client.
 *
 * A record's arrays of texts hold answers, or one text that begins with the name of a failure
 * (NXDOMAIN: ..., TIMEOUT: ...): only NXDOMAIN and NODATA mean that there is nothing. */
#ifndef EMT_REPORT_MAIL_FACTS_H
#define EMT_REPORT_MAIL_FACTS_H

#include "base/arena.h"
#include "base/value_tree.h"

enum presence {
	PRESENCE_UNKNOWN, /* not looked up, or without an answer */
	PRESENCE_NO,
	PRESENCE_YES,
	PRESENCES_N
};

enum mail_fact {
	FACT_SPF,       /* v=spf1 at the sender's domain (RFC 7208) */
	FACT_SIGNED,    /* the mail has a DKIM-Signature field */
	FACT_DKIM_KEY,  /* ... and one of the keys is published (RFC 6376); not verified */
	FACT_DMARC,     /* at the sender's or its organisational domain (RFC 7489) */
	FACT_MTA_STS,   /* RFC 8461 */
	FACT_TLS_RPT,   /* RFC 8460 */
	FACT_MX_TLSA,   /* of one of the sender's MX hosts (RFC 7672) */
	FACT_CONFIRMED, /* the client's reverse name has its address */
	MAIL_FACTS_N
};

extern const char *const presence_names[PRESENCES_N];   /* "unknown", "no", "yes" */
extern const char *const mail_fact_names[MAIL_FACTS_N]; /* "spf", "signed" ... */

struct mail_facts {
	enum presence fact[MAIL_FACTS_N];
	const char *dmarc_policy; /* none, quarantine, reject; NULL: not known */
	const char **listed;      /* block lists that list the client, at most MAIL_LISTED_MAX */
	size_t listed_n;
};

enum { MAIL_LISTED_MAX = 32 };

/* Out of a mail/1 record; in the arena. */
void mail_facts_of(struct arena *a, const struct value_node *record, struct mail_facts *facts);

/* As one line of JSON, and back; what is no such line tells nothing. */
void mail_facts_put(struct buf *out, const struct mail_facts *facts);
void mail_facts_read(struct arena *a, struct span text, struct mail_facts *facts);

#endif
