/* SPDX-License-Identifier: GPL-3.0-or-later */
/* submit - one mail to a submission server (RFC 6409), and what became of it.
 *
 * libcurl speaks SMTP behind this seam, and nothing else of the project includes it.  Whatever the
 * server does is an outcome, never an error of the program.  TLS is demanded, its certificate
 * checked against the name that was given; AUTH happens within TLS alone.
 *
 * A server may accept a mail and the answer be lost, so there is one point of no return: `commit`
 * is called when all octets but the final dot are handed over.  If it says no, the mail is given up
 * without a dot. */
#ifndef EMT_SUBMIT_H
#define EMT_SUBMIT_H

#include <stdint.h>

#include "base/arena.h"
#include "probe/auth_file.h"

struct submit_server {
	const char *host; /* name, IPv4 address, or IPv6 address without brackets */
	int port;
	bool tls_at_once;        /* smtps; else STARTTLS */
	bool clear_text;         /* STARTTLS is not demanded, only taken if offered */
	const char *roots;       /* PEM file of certification authorities; NULL: the system's */
	const char *ehlo_name;   /* NULL: the host's */
	const struct auth *auth; /* NULL: none */
	int64_t timeout_s;       /* for a reply */
};

/* Reads smtp://HOST[:PORT] (587) or smtps://HOST[:PORT] (465).  NULL, or what is wrong. */
const char *submit_server_parse(struct arena *a, const char *text, struct submit_server *server)
    __attribute__((warn_unused_result));

struct submit_mail {
	const char *from, *to; /* plain addresses (address.h) */
	struct span text;      /* lines end in CRLF */
	bool (*commit)(void *state);
	void *state;
};

enum submit_end {
	SUBMIT_ACCEPTED,  /* a positive reply to the final dot */
	SUBMIT_REFUSED,   /* a negative reply to MAIL, RCPT, DATA or the final dot */
	SUBMIT_FAILED,    /* it did not come that far */
	SUBMIT_UNCERTAIN, /* committed, and no reply came */
};

struct submit_outcome {
	enum submit_end end;
	const char *step;     /* connect, tls, auth, mail, rcpt, data; NULL if accepted */
	int code;             /* of the last reply; 0: none */
	const char *enhanced; /* RFC 3463, "5.7.1"; NULL: none */
	const char *text;     /* of the reply behind code and enhanced code, or of the failure */
	bool for_good;        /* to try again makes no sense: a 5xx, a wrong certificate */
	const char *mend;     /* what can be done about that; NULL: the text says it */
};

enum { SUBMIT_TEXT_MAX = 1000 /* octets kept of a reply */ };

/* Before the first mail and after the last. */
bool submit_begin(void) __attribute__((warn_unused_result));
void submit_end(void);

void submit_mail(struct arena *a, const struct submit_server *server,
    const struct submit_mail *mail, struct submit_outcome *outcome);

#endif
