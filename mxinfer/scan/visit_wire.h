/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visit_wire - the octets of a visit: a connection that never waits, in clear text and then in TLS.
 *
 * It knows nothing of SMTP.  The peer is a stranger: one read takes no more than WIRE_READ_MAX
 * octets, so none keeps the loop from the others. */
#ifndef EMT_MXINFER_SCAN_VISIT_WIRE_H
#define EMT_MXINFER_SCAN_VISIT_WIRE_H

#include "base/buf.h"
#include "base/ip.h"
#include "io/loop.h"
#include "io/tls.h"

enum {
	WIRE_READ_MAX = 16 * 1024,
	WIRE_OUT_MAX = 64 * 1024, /* octets that wait to be sent */
};

enum wire_st {
	WIRE_WAIT,   /* nothing for now */
	WIRE_GOT,    /* octets */
	WIRE_SECURE, /* the handshake is done */
	WIRE_CLOSED, /* by the peer, in order */
	WIRE_BROKEN, /* errno in `error` */
	WIRE_FAILED, /* TLS failed; tls_why and tls_alert tell more */
};

struct wire {
	int fd;      /* -1: none */
	int error;   /* that ends it; the kernel tells each error once, to whoever calls next */
	bool secure; /* the handshake is done */
	struct loop_watch *watch;
	struct tls *tls; /* NULL: clear text */
	struct buf out;
	size_t octets; /* of the peer, since wire_connect or wire_starttls */
};

/* Begins to connect; `ready` is called back as loop_watch_new says.  0 or an errno. */
int wire_connect(struct wire *w, struct loop *l, const struct ip *to, unsigned port,
    void (*ready)(void *arg, bool readable, bool writable), void *arg);

/* What became of it, once it is writable or readable: 0 or an errno. */
int wire_connected(struct wire *w);

/* Closes; all that is left is that of a struct of zeros with fd -1. */
void wire_close(struct wire *w);

/* Sends, now or as soon as it is writable.  If that fails, reading will tell. */
void wire_send(struct wire *w, struct span octets);
void wire_flush(struct wire *w);

/* Reads once; octets in clear, or out of TLS, are appended to `in`, which must have room for
 * WIRE_READ_MAX. */
enum wire_st wire_read(struct wire *w, struct buf *in) __attribute__((warn_unused_result));

/* Has the peer said something that is not read yet? */
bool wire_has_more(const struct wire *w);

/* Begins the handshake; asks for `name` unless it is NULL.  WIRE_WAIT, or WIRE_FAILED if that is no
 * name. */
enum wire_st wire_starttls(struct wire *w, const char *name) __attribute__((warn_unused_result));

#endif
