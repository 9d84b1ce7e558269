/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailpeer - a mail host for unit tests that says what its script says, in clear and in TLS, in
 * pieces of any size, and goes away at any octet.  It reads with nothing of ours.
 *
 * It is smtp_server's process (smtpserver.h): one connection, a port of the kernel's choice. */
#ifndef EMT_TESTS_MAILPEER_H
#define EMT_TESTS_MAILPEER_H

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>

#include "base/arena.h"
#include "tests/smtpserver.h"

enum peer_do {
	PEER_END,   /* waits until the client has closed */
	PEER_SAY,   /* sends the text */
	PEER_FLOOD, /* sends it until the client has closed */
	PEER_HEAR,  /* takes one line */
	PEER_TAKE,  /* takes octets that come, whatever they are */
	PEER_CLOSE, /* closes in order */
	PEER_RESET, /* breaks the connection */
	PEER_TLS,   /* makes a handshake; the text is a list of ciphers, or empty */
};

struct peer_step {
	enum peer_do what;
	struct span text;
};

/* Of the next server; its process has a copy. */
static struct {
	const struct peer_step *steps;
	size_t piece;         /* octets sent at once; 0: all */
	size_t left;          /* octets that are sent at all; 0: no limit */
	enum peer_do at_last; /* PEER_CLOSE, PEER_RESET or PEER_END behind these */
	const char *pem;      /* key and certificates */
	int newest;           /* of TLS: TLS1_2_VERSION ... */
	int tickets;
} peer;

/* Of the process. */
static struct {
	int fd, log;
	bool limited;
	SSL *ssl;
	BIO *in, *out;
} peer_at;

static _Noreturn void
peer_leave(enum peer_do how)
{
	struct linger reset = {1, 0};
	char c[1000];

	if (how == PEER_RESET)
		setsockopt(peer_at.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	if (how == PEER_END)
		while (recv(peer_at.fd, c, sizeof c, 0) > 0)
			continue;
	close(peer_at.fd);
	_exit(0);
}

static void
peer_send(const char *p, size_t n)
{
	while (n) {
		size_t now = peer.piece && peer.piece < n ? peer.piece : n;
		ssize_t sent;

		if (peer_at.limited && !peer.left)
			peer_leave(peer.at_last);
		if (peer_at.limited && now > peer.left)
			now = peer.left;
		sent = send(peer_at.fd, p, now, MSG_NOSIGNAL);
		if (sent <= 0)
			_exit(0);
		p += sent;
		n -= (size_t)sent;
		if (peer_at.limited)
			peer.left -= (size_t)sent;
	}
	if (peer_at.limited && !peer.left)
		peer_leave(peer.at_last);
}

static void
peer_note(const char *what)
{
	if (write(peer_at.log, what, strlen(what)) < 0)
		_exit(1);
}

static void
peer_flush(void)
{
	char *p;
	long n = BIO_get_mem_data(peer_at.out, &p);

	if (n > 0)
		peer_send(p, (size_t)n);
	BIO_reset(peer_at.out);
}

/* More of the client for TLS; the process ends with the connection. */
static void
peer_feed(void)
{
	char octets[4096];
	ssize_t n = recv(peer_at.fd, octets, sizeof octets, 0);

	if (n <= 0)
		_exit(0);
	BIO_write(peer_at.in, octets, (int)n);
}

static void
peer_say(struct span text)
{
	if (!peer_at.ssl) {
		peer_send(text.p, text.n);
		return;
	}
	SSL_write(peer_at.ssl, text.p, (int)text.n);
	peer_flush();
}

static void
peer_hear(void)
{
	char c = 0;

	while (c != '\n') {
		if (!peer_at.ssl) {
			if (recv(peer_at.fd, &c, 1, 0) != 1)
				_exit(0);
		} else {
			while (SSL_read(peer_at.ssl, &c, 1) != 1)
				peer_feed();
		}
		if (write(peer_at.log, &c, 1) != 1)
			_exit(1);
	}
}

static void
peer_take(void)
{
	char octets[4096];

	if (recv(peer_at.fd, octets, sizeof octets, 0) <= 0)
		_exit(0);
}

static void
peer_tls(struct span ciphers)
{
	SSL_CTX *ctx = must(SSL_CTX_new(TLS_server_method()));
	BIO *text = must(BIO_new_mem_buf(peer.pem, -1));
	EVP_PKEY *key = must(PEM_read_bio_PrivateKey(text, NULL, NULL, NULL));
	X509 *x = must(PEM_read_bio_X509(text, NULL, NULL, NULL));
	int result;

	SSL_CTX_set_security_level(ctx, 0);
	if (!SSL_CTX_use_certificate(ctx, x) || !SSL_CTX_use_PrivateKey(ctx, key) ||
	    !SSL_CTX_set_max_proto_version(ctx, peer.newest) ||
	    !SSL_CTX_set_cipher_list(ctx, ciphers.n ? ciphers.p : "ALL:@SECLEVEL=0") ||
	    !SSL_CTX_set_num_tickets(ctx, (size_t)peer.tickets))
		abort();
	X509_free(x);
	while ((x = PEM_read_bio_X509(text, NULL, NULL, NULL)))
		SSL_CTX_add_extra_chain_cert(ctx, x);
	peer_at.ssl = must(SSL_new(ctx));
	peer_at.in = must(BIO_new(BIO_s_mem()));
	peer_at.out = must(BIO_new(BIO_s_mem()));
	BIO_set_mem_eof_return(peer_at.in, -1);
	SSL_set_bio(peer_at.ssl, peer_at.in, peer_at.out);
	while ((result = SSL_accept(peer_at.ssl)) != 1) {
		peer_flush();
		if (SSL_get_error(peer_at.ssl, result) != SSL_ERROR_WANT_READ)
			peer_leave(PEER_END);
		peer_feed();
	}
	peer_flush();
	peer_note("[");
	peer_note(SSL_get_version(peer_at.ssl));
	if (SSL_get_servername(peer_at.ssl, TLSEXT_NAMETYPE_host_name)) {
		peer_note(" ");
		peer_note(SSL_get_servername(peer_at.ssl, TLSEXT_NAMETYPE_host_name));
	}
	peer_note("]");
}

static void
peer_run(int fd, int log)
{
	const struct peer_step *step = peer.steps;

	peer_at.fd = fd;
	peer_at.log = log;
	peer_at.limited = peer.left > 0;
	for (;; step++)
		switch (step->what) {
		case PEER_SAY: peer_say(step->text); break;
		case PEER_FLOOD:
			for (;;)
				peer_send(step->text.p, step->text.n);
			break;
		case PEER_HEAR: peer_hear(); break;
		case PEER_TAKE: peer_take(); break;
		case PEER_TLS: peer_tls(step->text); break;
		case PEER_END:
			/* What else the client says is a surprise, and noted. */
			for (;;)
				peer_hear();
			break;
		case PEER_CLOSE:
		case PEER_RESET: peer_leave(step->what);
		}
}

static struct smtp_server
peer_start(const struct peer_step *steps)
{
	static const struct serve call[] = {{SERVE_CALL, NULL}};

	peer.steps = steps;
	serve_call = peer_run;
	return smtp_server_start(call);
}

/* A socket at a port of loopback where nobody listens; -1: there is no such family. */
static int
peer_port(int family, unsigned *port)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr *at = family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	socklen_t len = family == AF_INET ? sizeof v4 : sizeof v6;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, at, len) || getsockname(fd, at, &len))
		return -1;
	*port = ntohs(family == AF_INET ? v4.sin_port : v6.sin6_port);
	return fd;
}

#endif
