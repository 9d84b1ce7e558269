/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls - the client's side of a TLS connection, without a socket, by way of OpenSSL.
 *
 * Whoever has the socket hands in what came (tls_take), asks for what is to be sent (tls_out), and
 * calls tls_shake until the handshake has an outcome; then tls_read and tls_write.  Nothing waits,
 * so one thread may have any number of them.
 *
 * Nothing is verified here: what the server showed are facts, for trust.h and certificate.h.
 * Security level 0, any cipher, TLS 1.0 to 1.3: we see what servers do.  The server is a stranger;
 * its certificates are bound: tls_too_big.  One takes some 40 KiB within its handshake. */
#ifndef EMT_TLS_H
#define EMT_TLS_H

#include "base/arena.h"
#include "base/buf.h"

enum { TLS_CHAIN_MAX = 102400 }; /* octets of the message that holds the certificates */

enum tls_version { TLS_ANY, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3, TLS_VERSIONS_N };

struct tls;

enum tls_st {
	TLS_MORE,   /* it waits for octets of the peer */
	TLS_UP,     /* the handshake is done */
	TLS_DOWN,   /* the peer has closed the connection, as TLS has it */
	TLS_FAILED, /* tls_why says why; there is no more to be had */
};

struct tls_wish {
	enum tls_version version; /* this one alone */
	const char *name;         /* server name indication (RFC 6066 section 3); NULL: none */
};

struct tls *tls_client_new(const struct tls_wish *wish);
void tls_free(struct tls *t); /* NULL is fine */

/* Octets of the peer; taken whole. */
void tls_take(struct tls *t, struct span in);

/* Appends what is to be sent to the peer. */
void tls_out(struct tls *t, struct buf *out);

enum tls_st tls_shake(struct tls *t) __attribute__((warn_unused_result));

/* Behind TLS_UP: appends what the peer said, n octets at most. */
enum tls_st tls_read(struct tls *t, struct buf *out, size_t n) __attribute__((warn_unused_result));

/* Behind TLS_UP: takes octets for the peer, all of them; 16 KiB at most are one record.  False: the
 * connection failed. */
bool tls_write(struct tls *t, struct span text) __attribute__((warn_unused_result));

/* Why it failed: one line, ours or OpenSSL's, never the peer's; alive as long as t. */
const char *tls_why(const struct tls *t);

/* The alert that ended it, in OpenSSL's words ("handshake failure"); one that we sent stands behind
 * "sent: ".  NULL: none.  Alive as long as t. */
const char *tls_alert(const struct tls *t);

/* Did it fail because the certificates were larger than TLS_CHAIN_MAX? */
bool tls_too_big(const struct tls *t);

/* "TLSv1.3", "TLS_AES_256_GCM_SHA384"; "" before TLS_UP. */
const char *tls_protocol(const struct tls *t);
const char *tls_cipher(const struct tls *t);

/* What the server sent: its own certificate first, DER, copied to the arena; their number. */
size_t tls_chain(const struct tls *t, struct arena *a, struct span **chain);

const char *tls_version_name(enum tls_version version); /* "TLSv1.2" */

#endif
