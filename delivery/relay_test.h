/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay_test - does the client of a mail relay for strangers (RFC 5321 section 7.9)?
 *
 * It connects to port 25 of the client that Postfix saw, says EHLO (HELO if that is refused), MAIL
 * FROM and RCPT TO with addresses of our own domain, which is foreign there, reads the answer, and
 * says RSET and QUIT.  Never DATA: no mail is sent to anybody.
 *
 * Off unless the site file says `open_relay_test = yes`; then only clients within
 * `open_relay_allow`, each once in 24 hours, and so many an hour, as enrich_state remembers.  Never
 * tested: addresses of this machine, loopback, link-local, unspecified, multicast and broadcast
 * ones, and mails that our own test is the sender or the recipient of.
 *
 * The server is a stranger: see smtp/smtp_client.h; its words are made safe and cut. */
#ifndef EMT_RELAY_TEST_H
#define EMT_RELAY_TEST_H

#include "delivery/enrich_state.h"
#include "base/option.h"
#include "smtp/smtp_client.h"

struct relay_test;

struct relay_test_params { /* everything is borrowed for the life of the relay_test */
	struct loop *loop;
	struct enrich_state *state;
	bool on;                  /* setting open_relay_test */
	struct option_list allow; /* setting open_relay_allow */
	int64_t per_hour;         /* setting open_relay_per_hour */
	const char *ehlo_name;    /* setting ehlo_name; NULL: the host's name */
	const char *domain;       /* of the measurement */
	/* NULL: smtp_client_new.  The seam of tests: who connects in its place. */
	struct smtp_client *(*connect)(struct loop *l, const struct sockaddr *address,
	    socklen_t address_len, int64_t deadline_us, const struct smtp_events *events,
	    void *arg);
};

/* NULL and one line in *error (from the arena) if it is on and a setting is missing. */
struct relay_test *relay_test_new(struct arena *a, const struct relay_test_params *p,
    const char **error) __attribute__((warn_unused_result));

/* Calls back those that still wait; those callbacks must not ask again.  NULL is fine. */
void relay_test_free(struct relay_test *t);

/* Of the mail's record; p == NULL: not known. */
struct relay_mail {
	struct span client_address, sender, recipient;
};

/* `text` is the record's `open_relay`: UTF-8 without control characters, alive for the callback.
 * "not tested" when off or not allowed, else it begins with one of these, where STEP is greeting,
 * EHLO, HELO, MAIL or RCPT:
 *
 * - "not tested: WHY": nothing was sent
 *
 * - "accepted: REPLY": RCPT was answered with 250 or 251, so it relays
 *
 * - "refused: REPLY", "deferred: REPLY": RCPT was answered with 5xx, 4xx
 *
 * - "refused at STEP: REPLY", "deferred at STEP: REPLY": it did not come to RCPT
 *
 * - "no connection: WHY": refused, unreachable, timed out
 *
 * - "no answer: deadline": to RCPT; "no answer at STEP: deadline" before it
 *
 * - "lost at STEP: WHY": the connection ended
 *
 * - "bad reply at STEP: WHY": no reply of SMTP, or none that answers the command */
typedef void relay_test_done(void *arg, const char *text);

/* Calls back once, never before this returns, and not later than deadline_us. */
void relay_test_ask(struct relay_test *t, const struct relay_mail *mail, int64_t deadline_us,
    relay_test_done *done, void *arg);

#endif
