/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp_client - one SMTP connection as a client, driven by its replies (RFC 5321 section 3).
 *
 * The caller says one command or several and is called back with each reply, until it is told how
 * the connection ended; then the client is gone.  It never sends a byte of its own.  The server is
 * a stranger: replies are bounded (smtp_reply.h), a reply that is wrong ends the connection by
 * name, so does one that answers nothing, and everything ends by the deadline.  A client takes some
 * 300 KiB at most, whatever the server sends. */
#ifndef EMT_SMTP_CLIENT_H
#define EMT_SMTP_CLIENT_H

#include <sys/socket.h>

#include "io/loop.h"
#include "io/tls.h"
#include "smtp/smtp_reply.h"

struct smtp_client;

enum smtp_end {
	SMTP_END_CLOSED,     /* by the caller, or by the server between replies */
	SMTP_END_NO_CONNECT, /* refused, unreachable: errno in `error`; by the deadline: ETIMEDOUT
			      */
	SMTP_END_LOST,       /* the connection broke: errno in `error`, 0: closed inside a reply */
	SMTP_END_BAD_REPLY,  /* `st` says how */
	SMTP_END_EARLY,      /* a reply came before the command that it should answer was sent */
	SMTP_END_DEADLINE,   /* connected, but not done by then */
	SMTP_END_TLS,        /* TLS failed: `why` says how */
};

struct smtp_ended {
	enum smtp_end how;
	int error;
	enum smtp_reply_st st;
	const char *why;  /* SMTP_END_TLS, SMTP_END_LOST, or NULL; safe; lives for the callback */
	struct span last; /* the last line of a reply that is not whole; lives for the callback */
};

struct smtp_events {
	/* A whole reply, alive for the callback: say the next command with smtp_client_send, or
	 * smtp_client_close. */
	void (*reply)(void *arg, struct smtp_client *c, const struct smtp_reply *r);
	void (*ended)(void *arg, const struct smtp_ended *e); /* once; c is gone after it */
};

/* Connects.  `events` is borrowed.  Nothing is called back before this returns.  Real loops only.
 */
struct smtp_client *smtp_client_new(struct loop *l, const struct sockaddr *address,
    socklen_t address_len, int64_t deadline_us, const struct smtp_events *events, void *arg);

/* Sends one command line; CRLF is added.  Only from a callback.  A line that holds CR, LF or
 * NUL, or is over 64 KiB with those that wait, is a bug and ends the program: no stranger's bytes
 * become commands. */
void smtp_client_send(struct smtp_client *c, struct span line);

/* The server has said 220 to STARTTLS (RFC 3207), and no other reply is due: from here on all goes
 * through TLS.  `up` is called once the handshake is done, and may say the next command or close;
 * `t` is borrowed for the call.  If it fails, the connection ends.  Octets that came in clear text
 * behind the 220 end it as well: whoever takes them for the server's words in TLS believes a
 * stranger on the way.  Only from a reply callback. */
typedef void smtp_tls_up(void *arg, struct smtp_client *c, const struct tls *t);
void smtp_client_starttls(struct smtp_client *c, const struct tls_wish *wish, smtp_tls_up *up);

/* Another deadline from now on. */
void smtp_client_deadline(struct smtp_client *c, int64_t deadline_us);

/* Ends the connection as soon as the reply callback that calls this returns; only from there. */
void smtp_client_close(struct smtp_client *c);

/* Ends it at once; `ended` is not called.  Not from a callback of its own.  NULL is fine. */
void smtp_client_free(struct smtp_client *c);

/* How it ended, for people: one line, safe, without a line break. */
const char *smtp_ended_text(struct arena *a, const struct smtp_ended *e);

#endif
