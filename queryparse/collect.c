/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/collect.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "io/loop.h"
#include "io/notify.h"
#include "io/user.h"
#include "queryparse/dnstap.h"
#include "queryparse/tapconn.h"
#include "queryparse/tappeers.h"
#include "queryparse/tapsocket.h"

enum {
	SENDERS_MAX = 64,
	READ_OCTETS = 256 * 1024,
	REPLY_MAX = 4096,
	TICK_US = 1000 * 1000,
	HELLO_US = 10 * 1000 * 1000, /* within which a sender has to start */
	DRAIN_READS = 16,            /* more than a socket holds */
};

struct collector;

/* A name server that is connected. */
struct sender {
	struct collector *all;
	int fd; /* -1: a free place */
	struct loop_watch *watch;
	struct tapconn conn;
	int64_t since_us; /* by the loop's clock */
	bool has_started; /* it is one, not a stranger */
	int64_t last_us;  /* when something came from it */
	char identity[QUERY_IDENTITY_MAX + 1];
};

static const char *
name_of(const struct sender *s)
{
	return s->identity[0] ? s->identity : "(it gave no name)";
}

struct collector {
	const struct collect_params *p;
	struct loop *loop;
	int listen_fd, signal_fd;
	struct loop_watch *listener, *signals;
	struct loop_timer *tick;
	struct tapfile file;
	struct tappeers peers;
	struct sender senders[SENDERS_MAX];
	/* Times at which one went away that has not come back yet, the oldest first. */
	int64_t away_us[SENDERS_MAX];
	size_t away_n;
	bool has_senders; /* one at least has started */
	int64_t started_us;
	char octets[READ_OCTETS];
};

static int64_t
now_us(const struct collector *c)
{
	return clock_wall_us(loop_clock(c->loop));
}

/* It has come (back): what it was asked since it, or one like it, went may be lost. */
static void
note_start(struct sender *s)
{
	struct collector *c = s->all;
	int64_t since_us = c->started_us;

	s->has_started = c->has_senders = true;
	if (c->away_n) {
		since_us = c->away_us[0];
		memmove(c->away_us, c->away_us + 1, --c->away_n * sizeof *c->away_us);
	}
	tapfile_add_gap(&c->file, GAP_CONNECTED, since_us, s->last_us, "");
	log_info("a name server has connected");
}

static void
take_frame(void *state, struct span frame)
{
	struct sender *s = state;
	struct query name;

	if (!s->has_started)
		note_start(s);
	if (!s->identity[0]) {
		query_init(&name, SOURCE_DNSTAP);
		query_set_identity(&name, dnstap_identity(frame));
		memcpy(s->identity, name.identity, sizeof s->identity);
	}
	tapfile_add(&s->all->file, frame, s->last_us);
}

static void
note_end(struct sender *s)
{
	struct collector *c = s->all;
	int64_t now = now_us(c);

	if (!s->has_started)
		return;
	if (c->away_n == SENDERS_MAX)
		memmove(c->away_us, c->away_us + 1, --c->away_n * sizeof *c->away_us);
	c->away_us[c->away_n++] = s->last_us;
	if (s->conn.state == TAPCONN_STOPPED) {
		log_info("name server %s has ended", name_of(s));
		return;
	}
	tapfile_add_gap(&c->file, GAP_LOST, s->last_us, now, s->identity);
	tapfile_flush(&c->file, now);
	log_warning("name server %s went away without ending%s; its last queries may be lost",
	    name_of(s), tapconn_rest(&s->conn) ? ", within a frame" : "");
}

static void
drop_sender(struct sender *s)
{
	note_end(s);
	loop_watch_free(s->watch);
	close(s->fd);
	tapconn_free(&s->conn);
	s->fd = -1;
}

static bool
send_reply(struct sender *s, struct span reply)
{
	/* A few octets, once or twice in a connection: a sender that does not take them is gone. */
	return !reply.n || send(s->fd, reply.p, reply.n, MSG_NOSIGNAL) == (ssize_t)reply.n;
}

/* One block of what a sender says; false: it is done. */
static bool
take_block(struct sender *s, struct span octets)
{
	struct collector *c = s->all;
	bool ok;
	struct buf reply;

	s->last_us = now_us(c);
	buf_init(&reply, REPLY_MAX);
	tapconn_take(&s->conn, octets, &reply);
	if (!s->has_started && s->conn.state == TAPCONN_STARTED)
		note_start(s);
	tapfile_flush(&c->file, s->last_us);
	ok = send_reply(s, buf_span(&reply));
	buf_free(&reply);
	if (s->conn.state == TAPCONN_BROKEN && tappeers_complain(&c->peers, s->last_us))
		log_error("a sender does not speak Frame Streams of dnstap, or sends a frame over "
			  "%d octets; its connection is closed",
		    TAPCONN_FRAME_MAX);
	return ok && s->conn.state != TAPCONN_BROKEN && s->conn.state != TAPCONN_STOPPED;
}

static void
readable(void *arg, bool can_read, bool can_write)
{
	struct sender *s = arg;
	ssize_t n = read(s->fd, s->all->octets, sizeof s->all->octets);

	(void)can_read;
	(void)can_write;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || !take_block(s, (struct span){s->all->octets, (size_t)n}))
		drop_sender(s);
}

/* One that has not said a word of dnstap: it keeps nobody out. */
static bool
is_idle(const struct sender *s, int64_t before_us)
{
	return s->fd >= 0 && !s->has_started && s->since_us <= before_us;
}

static struct sender *
free_place(struct collector *c)
{
	struct sender *idle = NULL;

	for (size_t i = 0; i < SENDERS_MAX; i++) {
		struct sender *s = &c->senders[i];

		if (s->fd < 0)
			return s;
		if (is_idle(s, INT64_MAX) && (!idle || s->since_us < idle->since_us))
			idle = s;
	}
	if (idle)
		drop_sender(idle);
	return idle;
}

static void
take_sender(struct collector *c, int fd)
{
	struct sender *s = free_place(c);

	if (!s) {
		if (tappeers_complain(&c->peers, now_us(c)))
			log_error("more than %d senders; one is turned away", SENDERS_MAX);
		close(fd);
		return;
	}
	*s = (struct sender){.all = c,
	    .fd = fd,
	    .last_us = now_us(c),
	    .since_us = clock_since_us(loop_clock(c->loop))};
	tapconn_init(&s->conn, take_frame, s);
	s->watch = loop_watch_new(c->loop, fd, true, false, readable, s);
}

static void
connected(void *arg, bool can_read, bool can_write)
{
	struct collector *c = arg;
	int fd = accept4(c->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)can_read;
	(void)can_write;
	if (fd < 0)
		return;
	if (tappeers_may(&c->peers, fd, now_us(c)))
		take_sender(c, fd);
	else
		close(fd);
}

static void
tick(void *arg)
{
	struct collector *c = arg;
	int64_t since_us = clock_since_us(loop_clock(c->loop));

	tapfile_flush(&c->file, now_us(c));
	tapfile_sync(&c->file);
	for (size_t i = 0; i < SENDERS_MAX; i++)
		if (is_idle(&c->senders[i], since_us - HELLO_US))
			drop_sender(&c->senders[i]);
	loop_timer_set(c->tick, since_us + TICK_US);
}

static void
signalled(void *arg, bool can_read, bool can_write)
{
	struct collector *c = arg;
	struct signalfd_siginfo info;

	(void)can_read;
	(void)can_write;
	if (read(c->signal_fd, &info, sizeof info) == sizeof info)
		loop_stop(c->loop);
}

/* Takes what senders have said already. */
static void
drain(struct collector *c)
{
	bool all_are_there = !c->away_n;

	for (size_t i = 0; i < SENDERS_MAX; i++) {
		struct sender *s = &c->senders[i];
		ssize_t n;

		for (int reads = 0; s->fd >= 0 && reads < DRAIN_READS; reads++)
			if ((n = read(s->fd, c->octets, sizeof c->octets)) <= 0 ||
			    !take_block(s, (struct span){c->octets, (size_t)n}))
				break;
		if (s->fd < 0)
			continue;
		loop_watch_free(s->watch);
		close(s->fd);
		tapconn_free(&s->conn);
	}
	/* The next run's gap begins here, however little was asked before. */
	if (all_are_there && c->has_senders)
		tapfile_add_note(&c->file, now_us(c));
	tapfile_flush(&c->file, now_us(c));
}

static bool
open_file(struct collector *c)
{
	int64_t now, last_us;
	bool is_damaged;

	now = c->started_us = now_us(c);
	if (!tapfile_open(&c->file, c->p->out_dir, now, &last_us, &is_damaged))
		return false;
	if (is_damaged)
		tapfile_add_gap(&c->file, GAP_DAMAGED, last_us, now, "");
	tapfile_add_gap(&c->file, GAP_STARTED, last_us, now, "");
	tapfile_flush(&c->file, now);
	return true;
}

static void
serve(struct collector *c, const struct notify_env *notify)
{
	c->listener = loop_watch_new(c->loop, c->listen_fd, true, false, connected, c);
	c->signals = loop_watch_new(c->loop, c->signal_fd, true, false, signalled, c);
	c->tick = loop_timer_new(c->loop, tick, c);
	tick(c);
	notify_send(notify, "READY=1");
	loop_run(c->loop);
	notify_send(notify, "STOPPING=1");
	drain(c);
	loop_timer_free(c->tick);
	loop_watch_free(c->signals);
	loop_watch_free(c->listener);
	tapfile_sync(&c->file);
}

static int
run(struct collector *c)
{
	const struct notify_env notify = {.socket = getenv("NOTIFY_SOCKET")};
	int status = EX_TEMPFAIL;

	if (!tappeers_check(&c->peers))
		return EX_CONFIG;
	c->listen_fd = tapsocket_listen(c->p->socket, c->p->user, c->p->group, &status);
	if (c->listen_fd < 0)
		return status;
	if (!user_become(c->p->user)) {
		status = EX_CONFIG;
	} else if (open_file(c)) {
		serve(c, &notify);
		status = EX_OK;
	}
	tapfile_close(&c->file);
	close(c->listen_fd);
	unlink(c->p->socket); /* fails where the folder is root's: then the next one replaces it */
	return status;
}

int
collect_run(const struct collect_params *params)
{
	struct collector *c = must(calloc(1, sizeof *c));
	sigset_t signals;
	int status = EX_TEMPFAIL;

	c->p = params;
	c->peers = (struct tappeers){.anybody = params->group != NULL, .users = params->from};
	c->file.fd = c->file.dir_fd = -1;
	c->loop = loop_new();
	for (size_t i = 0; i < SENDERS_MAX; i++)
		c->senders[i].fd = -1;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	c->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (c->signal_fd >= 0) {
		status = run(c);
		close(c->signal_fd);
	} else {
		log_error("signalfd: %s", strerror(errno));
	}
	loop_free(c->loop);
	free(c);
	return status;
}
