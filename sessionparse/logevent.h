/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logevent - what one text of a Postfix program says that matters for a session.
 *
 * The first octets decide, and most texts of a verbose log are thrown away by them.  What a client
 * chose (after the first "]: " of a dialogue line, in rejects, in headers that cleanup quotes) is
 * never searched for anything: a client that sends text looking like log lines stays where it is.
 * Texts with a grammar of their own (TLS facts, deliveries) are only recognised here; grammar reads
 * them when they are wanted. */
#ifndef EMT_LOGEVENT_H
#define EMT_LOGEVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum logevent_kind {
	EVENT_NOISE, /* nothing of interest */

	/* Of smtpd; `client` is set unless the text has none. */
	EVENT_CONNECT,
	EVENT_DISCONNECT,      /* text: the counters */
	EVENT_CLIENT_SAYS,     /* text: what the client sent */
	EVENT_SERVER_SAYS,     /* text: one line of a reply */
	EVENT_LOST,            /* text: the last command, as CONNECT or END-OF-MESSAGE */
	EVENT_TIMEOUT,         /* text: the same */
	EVENT_TOO_MANY_ERRORS, /* text: the same */
	EVENT_NON_SMTP,
	EVENT_TLS,         /* text: all of it, for grammar_tls */
	EVENT_TLS_ERROR,   /* text: the reason */
	EVENT_SASL_FAILED, /* text: the mechanism */
	EVENT_REFUSED,     /* a connection limit, or a reject at CONNECT */
	EVENT_REJECT, /* any other reject, warn, hold, filter ... by access rules; queue_id may be
			 empty; of postscreen, text: the reply and the envelope, for
			 grammar_screen_reject */
	EVENT_MAIL_CLIENT, /* QID: client=; text: the sasl_method, or empty; queue_id empty: NOQUEUE
			    */

	/* Of postscreen; client.endpoint is set.  Its dialogue, its rejects and tlsproxy's TLS
	 * lines have the kinds above, with client.endpoint set, too. */
	EVENT_SCREEN_CONNECT, /* text: the endpoint that the client came to, [IP]:PORT */
	/* A test failed.  test; after: the last command, if that is said; number: the rank of a
	 * DNSBL; text: what the client sent, if that is said (screentext.h). */
	EVENT_SCREEN_FAILED,
	EVENT_SCREEN_PASSED,     /* to be handed to an smtpd; or, after a dialogue, next time */
	EVENT_SCREEN_HANGUP,     /* text: "before SMTP handshake" or "after SMTP handshake" */
	EVENT_SCREEN_DISCONNECT, /* by postscreen: this client did not get to an smtpd */

	/* Of the queue; queue_id is set. */
	EVENT_MESSAGE_ID, /* text: its value, with the angle brackets */
	EVENT_QUEUED,     /* QID: from=; text: the value and the rest, for grammar_queued */
	EVENT_DELIVERY,   /* QID: to=; text: all of it, for grammar_delivery */
	EVENT_NOTICE,     /* a bounce or delay notice; text: its queue id */
	EVENT_REMOVED,
	EVENT_QUEUE_OTHER, /* QID: and something else */

	/* Of master. */
	EVENT_PROCESS_GONE,   /* a process was killed or failed; pid */
	EVENT_MASTER_STARTED, /* no process of this instance is older than this */

	/* Of the logger. */
	EVENT_REPEATED, /* text: one that came `times` times more */

	EVENT_KINDS
};

/* Why postscreen does not like a client. */
enum screen_test {
	SCREEN_DENYLISTED,
	SCREEN_ALLOWLIST_VETO,
	SCREEN_PREGREET,
	SCREEN_DNSBL,
	SCREEN_PIPELINING,
	SCREEN_NON_SMTP,
	SCREEN_BARE_NEWLINE,
	SCREEN_TIME_LIMIT,
	SCREEN_COUNT_LIMIT,
	SCREEN_LENGTH_LIMIT,
	SCREEN_NO_RCPT, /* DATA or BDAT, all recipients having been refused */
	SCREEN_TESTS
};

struct logevent_client {
	struct span name, ip; /* as logged: unknown[unknown] is possible */
	struct span endpoint; /* [IP]:PORT as postscreen and tlsproxy write it, without a name; else
				 p == NULL */
	bool has_port; /* NAME[IP]:PORT, as smtp(8) has it always and smtpd with client port logging
			*/
};

struct logevent {
	enum logevent_kind kind;
	struct logevent_client client;
	struct span queue_id;
	struct span text;
	int64_t number; /* pid of EVENT_PROCESS_GONE; times of EVENT_REPEATED */
	enum screen_test test;
	struct span after;
};

/* By its first octets: may this text be anything but noise? */
bool logevent_is_candidate(struct span text);

/* The spans of the event lie in `text`. */
struct logevent logevent_parse(struct span text);

/* The name of a kind for --stats. */
const char *logevent_name(enum logevent_kind kind);

/* Reads a queue id, short (hex) or long, up to the end of `s`. */
bool is_queue_id(struct span s);

#endif
