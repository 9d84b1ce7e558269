/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/visit_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static socklen_t
socket_address(const struct ip *ip, unsigned port, struct sockaddr_storage *out)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

	if (ip->v6) {
		memcpy(&v6.sin6_addr, ip->octets, sizeof v6.sin6_addr);
		memcpy(out, &v6, sizeof v6);
		return sizeof v6;
	}
	memcpy(&v4.sin_addr, ip->octets, sizeof v4.sin_addr);
	memcpy(out, &v4, sizeof v4);
	return sizeof v4;
}

int
wire_connect(struct wire *w, struct loop *l, const struct ip *to, unsigned port,
    void (*ready)(void *arg, bool readable, bool writable), void *arg)
{
	struct sockaddr_storage address;
	socklen_t len = socket_address(to, port, &address);

	*w = (struct wire){.fd = -1};
	buf_init(&w->out, WIRE_OUT_MAX);
	w->fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (w->fd < 0)
		return errno;
	if (connect(w->fd, (struct sockaddr *)&address, len) && errno != EINPROGRESS)
		return errno;
	w->watch = loop_watch_new(l, w->fd, false, true, ready, arg);
	return 0;
}

int
wire_connected(struct wire *w)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &error, &len))
		error = errno;
	/* Not of the connection, which has been made, but of what came after it. */
	if (error == ECONNRESET) {
		w->error = error;
		error = 0;
	}
	if (!error)
		loop_watch_want(w->watch, true, false);
	return error;
}

void
wire_close(struct wire *w)
{
	loop_watch_free(w->watch);
	if (w->fd >= 0)
		close(w->fd);
	tls_free(w->tls);
	buf_free(&w->out);
	*w = (struct wire){.fd = -1};
}

void
wire_flush(struct wire *w)
{
	ssize_t n = w->out.n ? send(w->fd, w->out.p, w->out.n, MSG_NOSIGNAL) : 0;

	/* Who has gone may have said why: that is still to be read. */
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		if (errno == ECONNRESET)
			w->error = errno;
		n = (ssize_t)w->out.n;
	}
	if (n > 0) {
		memmove(w->out.p, w->out.p + n, w->out.n - (size_t)n);
		w->out.n -= (size_t)n;
	}
	loop_watch_want(w->watch, true, w->out.n > 0);
	/* Most visits wait most of their time, and with nothing to send. */
	if (!w->out.n)
		buf_free(&w->out);
}

void
wire_send(struct wire *w, struct span octets)
{
	if (!w->tls)
		buf_put(&w->out, octets);
	else if (tls_write(w->tls, octets))
		tls_out(w->tls, &w->out);
	wire_flush(w);
}

static enum wire_st
shake(struct wire *w)
{
	enum tls_st st = tls_shake(w->tls);

	tls_out(w->tls, &w->out);
	if (st == TLS_UP) {
		/* Not sent yet: what the owner has to say goes with it. */
		w->secure = true;
		return WIRE_SECURE;
	}
	/* An alert, too, is to be sent. */
	wire_flush(w);
	return st == TLS_MORE ? WIRE_WAIT : WIRE_FAILED;
}

static enum wire_st
unseal(struct wire *w, struct buf *in)
{
	enum tls_st st;
	size_t before = in->n;

	do
		st = tls_read(w->tls, in, WIRE_READ_MAX - (in->n - before));
	while (st == TLS_UP && in->n - before < WIRE_READ_MAX);
	/* TLS may have something to answer of its own. */
	tls_out(w->tls, &w->out);
	wire_flush(w);
	if (in->n > before)
		return WIRE_GOT;
	return st == TLS_DOWN ? WIRE_CLOSED : st == TLS_FAILED ? WIRE_FAILED : WIRE_WAIT;
}

enum wire_st
wire_read(struct wire *w, struct buf *in)
{
	char octets[WIRE_READ_MAX];
	ssize_t n = recv(w->fd, octets, sizeof octets, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return WIRE_WAIT;
	if (n < 0) {
		w->error = errno;
		return WIRE_BROKEN;
	}
	if (n == 0)
		return w->error ? WIRE_BROKEN : WIRE_CLOSED;
	w->octets += (size_t)n;
	if (!w->tls) {
		buf_put(in, (struct span){octets, (size_t)n});
		return WIRE_GOT;
	}
	tls_take(w->tls, (struct span){octets, (size_t)n});
	return w->secure ? unseal(w, in) : shake(w);
}

bool
wire_has_more(const struct wire *w)
{
	char octet;

	return recv(w->fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

enum wire_st
wire_starttls(struct wire *w, const char *name)
{
	const struct tls_wish wish = {.version = TLS_ANY, .name = name};

	w->octets = 0;
	w->tls = tls_client_new(&wish);
	return shake(w);
}
