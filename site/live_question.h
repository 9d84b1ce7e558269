/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_question - questions to one name server at a time, by its address, without a resolver.
 *
 * Equal ones are asked once; few are on their way at a time, each is tried a few times over UDP,
 * and over TCP if the answer was truncated.  The servers are the site's own, but what comes from
 * their addresses is a stranger's: ldns reads it. */
#ifndef EMT_LIVE_QUESTION_H
#define EMT_LIVE_QUESTION_H

#include "site/live.h"

struct live_questions;

/* What a name server said. */
struct live_reply {
	const char *server; /* its address */
	bool came;          /* an answer, whatever it says; otherwise `result` tells why not */
	bool authoritative;
	struct dns_result result;
	/* Authority section: names of name servers at `cut`; additional section: their addresses.
	 */
	const char *cut;
	const char **servers, **addresses;
	size_t servers_n, addresses_n;
	unsigned key_tags[8]; /* of the DNSKEY records that it answers with */
	size_t key_tags_n;
};

typedef void live_replied(void *arg, const struct live_reply *reply);

struct live_questions *live_questions_new(struct live *l);
void live_questions_free(struct live_questions *q);

/* Calls back once, from the loop; not at all if the deadline comes first.  Between, it is counted
 * by live_begin and live_end. */
void live_question(struct live_questions *q, const char *server, const char *name, int type,
    live_replied *done, void *arg);

#endif
