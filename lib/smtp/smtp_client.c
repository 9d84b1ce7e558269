/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smtp/smtp_client.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"

enum {
	READ_SIZE = 4096,
	OUT_MAX = 65536,
	RECORD_MAX = 16384,     /* octets of one TLS record, RFC 8446 section 5.1 */
	SEALED_MAX = 4 * 65536, /* octets of TLS that wait; OpenSSL makes no more of a record */
	SHOWN_MAX = 200         /* octets of a server's line in smtp_ended_text */
};

struct smtp_client {
	struct loop *loop;
	const struct smtp_events *events;
	void *arg;
	int fd;
	bool connected, closing;
	struct loop_watch *watch;
	struct loop_timer *deadline,
	    *soon; /* soon: ends a client that failed before it was returned */
	struct buf in, out;
	size_t waiting, unsent; /* replies that are due; commands that have not left whole */
	struct tls *tls;        /* NULL: clear text */
	smtp_tls_up *up;        /* until the handshake is done */
	struct buf sealed;      /* what TLS made of commands, to be sent */
	size_t sealed_lines;    /* commands in it */
	struct arena *arena;    /* of the reply that is coming in */
	struct smtp_reply reply;
	struct smtp_ended ended;
};

void
smtp_client_free(struct smtp_client *c)
{
	if (!c)
		return;
	loop_watch_free(c->watch);
	loop_timer_free(c->deadline);
	loop_timer_free(c->soon);
	if (c->fd >= 0)
		close(c->fd);
	buf_free(&c->in);
	buf_free(&c->out);
	buf_free(&c->sealed);
	tls_free(c->tls);
	arena_free(c->arena);
	free(c);
}

static void
finish(struct smtp_client *c, enum smtp_end how, int error)
{
	size_t n = c->reply.lines_n;

	c->ended.how = how;
	c->ended.error = error;
	c->ended.why = how == SMTP_END_TLS                       ? tls_why(c->tls)
		       : how == SMTP_END_LOST && c->up && !error ? "closed in the TLS handshake"
								 : NULL;
	c->ended.last = n ? c->reply.lines[n - 1] : (struct span){NULL, 0};
	/* Gone for the peer before anybody is told. */
	loop_watch_free(c->watch);
	c->watch = NULL;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->events->ended(c->arg, &c->ended);
	smtp_client_free(c);
}

static void on_ready(void *arg, bool readable, bool writable);

static void
watch(struct smtp_client *c, bool writable)
{
	if (c->watch)
		loop_watch_want(c->watch, true, writable);
	else
		c->watch = loop_watch_new(c->loop, c->fd, true, writable, on_ready, c);
}

static void
next_reply(struct smtp_client *c)
{
	arena_free(c->arena);
	c->arena = arena_new();
	smtp_reply_init(&c->reply, c->arena);
}

/* Hands over a whole reply.  True if the client ended. */
static bool
hand_over(struct smtp_client *c)
{
	/* Every command that is not answered is still here, so this answers none of them. */
	if (c->waiting == c->unsent) {
		finish(c, SMTP_END_EARLY, 0);
		return true;
	}
	c->waiting--;
	c->events->reply(c->arg, c, &c->reply);
	if (c->closing) {
		next_reply(c);
		finish(c, SMTP_END_CLOSED, 0);
		return true;
	}
	next_reply(c);
	return false;
}

/* Takes what has come in line by line.  True if the client ended. */
static bool
take_lines(struct smtp_client *c)
{
	struct span rest = buf_span(&c->in);
	enum smtp_reply_st st = SMTP_REPLY_MORE;

	while (span_find(rest, '\n') < rest.n) {
		struct span line = span_cut(&rest, '\n');

		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		st = smtp_reply_line(&c->reply, line);
		if (st == SMTP_REPLY_DONE && hand_over(c))
			return true;
		if (c->up && rest.n) {
			finish(c, SMTP_END_EARLY, 0);
			return true;
		}
		if (st != SMTP_REPLY_DONE && st != SMTP_REPLY_MORE)
			break;
	}
	/* One octet more than a line may be the CR in front of its LF. */
	if (st <= SMTP_REPLY_DONE && rest.n > SMTP_LINE_MAX + 1)
		st = SMTP_REPLY_TOO_BIG;
	if (st > SMTP_REPLY_DONE) {
		c->ended.st = st;
		finish(c, SMTP_END_BAD_REPLY, 0);
		return true;
	}
	if (rest.n)
		memmove(c->in.p, rest.p, rest.n);
	c->in.n = rest.n;
	return false;
}

/* Sends what it can of `from`; the octets sent are cut off.  True if the client ended. */
static bool
send_some(struct smtp_client *c, struct buf *from, size_t *lines)
{
	ssize_t n = from->n ? send(c->fd, from->p, from->n, MSG_NOSIGNAL) : 0;

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		finish(c, SMTP_END_LOST, errno);
		return true;
	}
	if (n > 0) {
		for (ssize_t i = 0; lines && i < n; i++)
			*lines -= from->p[i] == '\n';
		memmove(from->p, from->p + n, from->n - (size_t)n);
		from->n -= (size_t)n;
	}
	return false;
}

/* One record of commands at a time: they are sent when the last octet of it is.  True if the client
 * ended. */
static bool
send_sealed(struct smtp_client *c)
{
	size_t n = c->out.n < RECORD_MAX ? c->out.n : RECORD_MAX;

	if (!c->sealed.n && !c->up && n) {
		for (size_t i = 0; i < n; i++)
			c->sealed_lines += c->out.p[i] == '\n';
		if (!tls_write(c->tls, (struct span){c->out.p, n})) {
			finish(c, SMTP_END_TLS, 0);
			return true;
		}
		memmove(c->out.p, c->out.p + n, c->out.n - n);
		c->out.n -= n;
	}
	tls_out(c->tls, &c->sealed);
	if (send_some(c, &c->sealed, NULL))
		return true;
	if (!c->sealed.n) {
		c->unsent -= c->sealed_lines;
		c->sealed_lines = 0;
	}
	return false;
}

/* True if the client ended. */
static bool
write_some(struct smtp_client *c)
{
	if (c->tls ? send_sealed(c) : send_some(c, &c->out, &c->unsent))
		return true;
	watch(c, c->sealed.n || (c->out.n && !c->up));
	return false;
}

/* True if the client ended. */
static bool
shake(struct smtp_client *c)
{
	enum tls_st st = tls_shake(c->tls);
	smtp_tls_up *up = c->up;

	/* An alert, too, is to be sent. */
	if (st == TLS_FAILED) {
		tls_out(c->tls, &c->sealed);
		if (!send_some(c, &c->sealed, NULL))
			finish(c, SMTP_END_TLS, 0);
		return true;
	}
	if (st == TLS_UP) {
		c->up = NULL;
		up(c->arg, c, c->tls);
		if (c->closing) {
			finish(c, SMTP_END_CLOSED, 0);
			return true;
		}
	}
	return write_some(c);
}

/* Opens what came in TLS.  True if the client ended. */
static bool
unseal(struct smtp_client *c)
{
	enum tls_st st;

	if (c->up && shake(c))
		return true;
	while (!c->up) {
		st = tls_read(c->tls, &c->in, READ_SIZE);
		if (st == TLS_UP) {
			if (take_lines(c))
				return true;
			continue;
		}
		if (st == TLS_MORE)
			break;
		if (st == TLS_FAILED)
			finish(c, SMTP_END_TLS, 0);
		else
			finish(c, c->in.n || c->reply.lines_n ? SMTP_END_LOST : SMTP_END_CLOSED, 0);
		return true;
	}
	return false;
}

/* True if the client ended. */
static bool
take_octets(struct smtp_client *c, struct span octets)
{
	if (c->tls) {
		tls_take(c->tls, octets);
		return unseal(c);
	}
	buf_put(&c->in, octets);
	return take_lines(c);
}

/* True if the client ended. */
static bool
read_some(struct smtp_client *c)
{
	char octets[READ_SIZE];
	ssize_t n = recv(c->fd, octets, sizeof octets, 0);

	if (n > 0)
		return take_octets(c, (struct span){octets, (size_t)n});
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < 0)
		finish(c, SMTP_END_LOST, errno);
	else
		finish(
		    c, c->in.n || c->reply.lines_n || c->up ? SMTP_END_LOST : SMTP_END_CLOSED, 0);
	return true;
}

static void
on_ready(void *arg, bool readable, bool writable)
{
	struct smtp_client *c = arg;
	socklen_t len = sizeof(int);
	int error = 0;

	if (!c->connected) {
		if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len))
			error = errno;
		if (error) {
			finish(c, SMTP_END_NO_CONNECT, error);
			return;
		}
		c->connected = true;
	}
	/* Reading first: the last words of a server that has closed tell more than EPIPE does. */
	if (readable && read_some(c))
		return;
	if (writable)
		write_some(c);
}

static void
on_deadline(void *arg)
{
	struct smtp_client *c = arg;

	finish(c, c->connected ? SMTP_END_DEADLINE : SMTP_END_NO_CONNECT,
	    c->connected ? 0 : ETIMEDOUT);
}

static void
on_soon(void *arg)
{
	struct smtp_client *c = arg;

	finish(c, SMTP_END_NO_CONNECT, c->ended.error);
}

struct smtp_client *
smtp_client_new(struct loop *l, const struct sockaddr *address, socklen_t address_len,
    int64_t deadline_us, const struct smtp_events *events, void *arg)
{
	struct smtp_client *c = calloc(1, sizeof *c);

	if (!c)
		out_of_memory();
	*c = (struct smtp_client){.loop = l, .events = events, .arg = arg, .waiting = 1};
	buf_init(&c->in, SMTP_LINE_MAX + 2 * READ_SIZE);
	buf_init(&c->out, OUT_MAX);
	buf_init(&c->sealed, SEALED_MAX);
	next_reply(c);
	c->fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || (connect(c->fd, address, address_len) && errno != EINPROGRESS)) {
		c->ended.error = errno;
		c->soon = loop_timer_new(l, on_soon, c);
		loop_timer_set(c->soon, clock_since_us(loop_clock(l)));
		return c;
	}
	c->deadline = loop_timer_new(l, on_deadline, c);
	loop_timer_set(c->deadline, deadline_us);
	watch(c, true);
	return c;
}

void
smtp_client_send(struct smtp_client *c, struct span line)
{
	if (span_find(line, '\r') < line.n || span_find(line, '\n') < line.n ||
	    span_find(line, '\0') < line.n)
		abort();
	buf_put(&c->out, line);
	buf_puts(&c->out, "\r\n");
	if (c->out.overflow)
		abort();
	c->waiting++;
	c->unsent++;
	watch(c, true);
}

void
smtp_client_starttls(struct smtp_client *c, const struct tls_wish *wish, smtp_tls_up *up)
{
	if (c->tls || c->waiting || c->out.n)
		abort();
	c->tls = tls_client_new(wish);
	c->up = up;
	/* The first flight; what becomes of it shows when the answer comes. */
	if (tls_shake(c->tls) == TLS_MORE)
		tls_out(c->tls, &c->sealed);
	watch(c, true);
}

void
smtp_client_deadline(struct smtp_client *c, int64_t deadline_us)
{
	if (c->deadline)
		loop_timer_set(c->deadline, deadline_us);
}

void
smtp_client_close(struct smtp_client *c)
{
	/* A callback is running on this client's memory: who called it ends it on its way out. */
	c->closing = true;
}

static const char *
with_line(struct arena *a, const char *what, struct span line)
{
	struct buf safe;
	const char *text;

	if (!line.p)
		return what;
	buf_init(&safe, 4 * SHOWN_MAX);
	safe_put(&safe, line.n > SHOWN_MAX ? (struct span){line.p, SHOWN_MAX} : line);
	text = arena_printf(a, "%s: \"%s\"", what, buf_str(&safe));
	buf_free(&safe);
	return text;
}

const char *
smtp_ended_text(struct arena *a, const struct smtp_ended *e)
{
	switch (e->how) {
	case SMTP_END_CLOSED: return "closed";
	case SMTP_END_NO_CONNECT: return arena_dup(a, span_str(strerror(e->error)));
	case SMTP_END_LOST:
		if (e->why)
			return e->why;
		return e->error ? arena_dup(a, span_str(strerror(e->error)))
				: with_line(a, "closed inside a reply", e->last);
	case SMTP_END_BAD_REPLY: return with_line(a, smtp_reply_st_name(e->st), e->last);
	case SMTP_END_EARLY: return with_line(a, "spoke before it was asked", e->last);
	case SMTP_END_DEADLINE: return "deadline";
	case SMTP_END_TLS: return arena_printf(a, "TLS: %s", e->why);
	}
	abort();
}
