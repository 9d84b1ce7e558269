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
	SHOWN_MAX = 200 /* octets of a server's line in smtp_ended_text */
};

struct smtp_client {
	struct loop *loop;
	const struct smtp_events *events;
	void *arg;
	int fd;
	bool connected, closing;
	struct loop_watch *watch;
	bool watches_writable;
	struct loop_timer *deadline,
	    *soon; /* soon: ends a client that failed before it was returned */
	struct buf in, out;
	size_t waiting, unsent; /* replies that are due; commands that have not left whole */
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
	arena_free(c->arena);
	free(c);
}

static void
finish(struct smtp_client *c, enum smtp_end how, int error)
{
	size_t n = c->reply.lines_n;

	c->ended.how = how;
	c->ended.error = error;
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
	if (c->watch && c->watches_writable == writable)
		return;
	loop_watch_free(c->watch);
	c->watch = loop_watch_new(c->loop, c->fd, true, writable, on_ready, c);
	c->watches_writable = writable;
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

/* True if the client ended. */
static bool
read_some(struct smtp_client *c)
{
	char *room = buf_room(&c->in, READ_SIZE);
	ssize_t n = recv(c->fd, room, READ_SIZE, 0);

	if (n > 0) {
		buf_added(&c->in, (size_t)n);
		return take_lines(c);
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < 0)
		finish(c, SMTP_END_LOST, errno);
	else
		finish(c, c->in.n || c->reply.lines_n ? SMTP_END_LOST : SMTP_END_CLOSED, 0);
	return true;
}

static void
write_some(struct smtp_client *c)
{
	ssize_t n = c->out.n ? send(c->fd, c->out.p, c->out.n, MSG_NOSIGNAL) : 0;

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		finish(c, SMTP_END_LOST, errno);
		return;
	}
	if (n > 0) {
		for (ssize_t i = 0; i < n; i++)
			c->unsent -= c->out.p[i] == '\n';
		memmove(c->out.p, c->out.p + n, c->out.n - (size_t)n);
		c->out.n -= (size_t)n;
	}
	watch(c, c->out.n > 0);
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
smtp_client_deadline(struct smtp_client *c, int64_t deadline_us)
{
	if (c->deadline)
		loop_timer_set(c->deadline, deadline_us);
}

void
smtp_client_close(struct smtp_client *c)
{
	/* A reply callback is running on this client's memory: hand_over ends it on its way out. */
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
		return e->error ? arena_dup(a, span_str(strerror(e->error)))
				: with_line(a, "closed inside a reply", e->last);
	case SMTP_END_BAD_REPLY: return with_line(a, smtp_reply_st_name(e->st), e->last);
	case SMTP_END_EARLY: return with_line(a, "spoke before it was asked", e->last);
	case SMTP_END_DEADLINE: return "deadline";
	}
	abort();
}
