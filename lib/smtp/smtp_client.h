/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp_client - one SMTP connection as a client, driven by its replies (RFC 5321 section 3).
 *
 * The caller says one command at a time and is called back with the reply, until it is told how the
 * connection ended; then the client is gone.  It never sends a byte of its own.  The server is a
 * stranger: replies are bounded (smtp_reply.h), a reply that is wrong ends the connection by name,
 * and everything ends by the deadline. */
#ifndef EMT_SMTP_CLIENT_H
#define EMT_SMTP_CLIENT_H

#include <sys/socket.h>

#include "io/loop.h"
#include "smtp/smtp_reply.h"

struct smtp_client;

enum smtp_end {
	SMTP_END_CLOSED,     /* by the caller, or by the server between replies */
	SMTP_END_NO_CONNECT, /* refused, unreachable: errno in `error` */
	SMTP_END_LOST,       /* the connection broke: errno in `error`, 0: closed inside a reply */
	SMTP_END_BAD_REPLY,  /* `st` says how */
	SMTP_END_DEADLINE,
};

struct smtp_ended {
	enum smtp_end how;
	int error;
	enum smtp_reply_st st;
	struct span last; /* the last line that was kept; lives for the callback */
};

struct smtp_events {
	/* A whole reply, alive for the callback: say the next command with smtp_client_send, or
	 * smtp_client_close. */
	void (*reply)(void *arg, struct smtp_client *c, const struct smtp_reply *r);
	void (*ended)(void *arg, const struct smtp_ended *e); /* once; c is gone after it */
};

/* Connects.  `events` is borrowed.  Nothing is called back before this returns. */
struct smtp_client *smtp_client_new(struct loop *l, const struct sockaddr *address,
    socklen_t address_len, int64_t deadline_us, const struct smtp_events *events, void *arg);

/* Sends one command line; CRLF is added.  The line must hold neither CR nor LF. */
void smtp_client_send(struct smtp_client *c, struct span line);

/* Ends the connection as soon as the reply callback that calls this returns; only from there. */
void smtp_client_close(struct smtp_client *c);

#endif
