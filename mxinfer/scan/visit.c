/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/visit.h"

#include <stdio.h>
#include <stdlib.h>

#include "mxinfer/scan/visit_outcome.h"
#include "mxinfer/scan/visit_reply.h"
#include "mxinfer/scan/visit_wire.h"

enum {
	QUIT_WAIT_US = 2000000,   /* for the 221: it tells nothing, but ends the session in order */
	TLS_OCTETS_MAX = 1 << 20, /* of the host, from the handshake to the end */
	WHY_MAX = 120
};

struct going {
	struct visits *all;
	struct going *next, **back;
	struct visit_wish wish;
	char *names; /* of the wish */
	int64_t begun_us;
	enum visit_stage stage;
	struct wire wire;
	struct loop_timer *timer;
	struct visit_reply banner, ehlo, reply; /* reply: what comes now */
	char why[WHY_MAX];
	struct visit seen;
	visit_done *done;
	void *arg;
};

struct visits {
	struct loop *loop;
	struct going *first;
	struct buf
	    in; /* what one read took; of all, since each looks at it before the next reads */
};

struct visits *
visits_new(struct loop *l)
{
	struct visits *v = must(calloc(1, sizeof *v));

	v->loop = l;
	buf_init(&v->in, 2 * WIRE_READ_MAX);
	return v;
}

static void
going_free(struct going *g)
{
	*g->back = g->next;
	if (g->next)
		g->next->back = g->back;
	wire_close(&g->wire);
	loop_timer_free(g->timer);
	visit_reply_free(&g->banner);
	visit_reply_free(&g->ehlo);
	visit_reply_free(&g->reply);
	free(g->names);
	free(g);
}

void
visits_free(struct visits *v)
{
	if (!v)
		return;
	while (v->first)
		going_free(v->first);
	buf_free(&v->in);
	free(v);
}

static int64_t
now_us(const struct going *g)
{
	return clock_since_us(loop_clock(g->all->loop));
}

/* Not longer than this for what comes now, and not over the time for all. */
static void
wait_for(struct going *g, int64_t us)
{
	int64_t until = now_us(g) + us, end = g->begun_us + g->wish.total_us;

	loop_timer_set(g->timer, until < end ? until : end);
}

/* Puts what came, whole or not, where it belongs. */
static void
keep_reply(struct going *g)
{
	struct visit_reply *to = g->stage == GREETING                   ? &g->banner
				 : g->stage == EHLO || g->stage == HELO ? &g->ehlo
									: &g->reply;

	if (!g->reply.octets)
		return;
	if (to == &g->ehlo)
		g->seen.helo = g->stage == HELO;
	visit_reply_free(to);
	if (to != &g->reply)
		*to = g->reply;
	visit_reply_init(&g->reply, VISIT_BANNER_MAX);
}

/* The end: tells what was seen.  The peer is rid of us before anybody hears of it. */
static void
finish(struct going *g)
{
	struct arena *a = arena_new();
	struct visit *seen = &g->seen;

	keep_reply(g);
	seen->banner = visit_reply_text(&g->banner, &seen->cut);
	seen->ehlo = visit_reply_text(&g->ehlo, &seen->cut);
	if (g->why[0])
		seen->why = g->why;
	if (g->wire.tls) {
		/* Before that nobody has shown that the certificates are the host's. */
		if (seen->starttls == STARTTLS_OK)
			seen->chain_n = tls_chain(g->wire.tls, a, &seen->chain);
		else if (tls_alert(g->wire.tls))
			seen->tls_alert = arena_dup(a, span_str(tls_alert(g->wire.tls)));
		if (seen->starttls == STARTTLS_FAILED || seen->starttls == STARTTLS_TOO_BIG)
			seen->tls_error = arena_dup(a, span_str(tls_why(g->wire.tls)));
	}
	wire_close(&g->wire);
	seen->took_us = now_us(g) - g->begun_us;
	g->done(g->arg, seen);
	arena_free(a);
	going_free(g);
}

static void
explain(struct going *g, const char *what)
{
	snprintf(g->why, sizeof g->why, "%s: %s", visit_stage_name(g->stage), what);
}

static void
end_by(struct going *g, enum visit_trouble trouble)
{
	if (g->stage < QUIT) {
		visit_trouble_note(&g->seen, g->stage, trouble, g->reply.octets > 0);
		explain(g, trouble == BROKEN ? strerrordesc_np(g->wire.error)
					     : visit_trouble_name(trouble));
	}
	finish(g);
}

static void
say(struct going *g, enum visit_stage stage, const char *verb, const char *name)
{
	struct buf line;

	buf_init(&line, WIRE_OUT_MAX);
	buf_printf(&line, "%s%s%s\r\n", verb, name ? " " : "", name ? name : "");
	g->stage = stage;
	wire_send(&g->wire, buf_span(&line));
	buf_free(&line);
	wait_for(g, stage == QUIT ? QUIT_WAIT_US : g->wish.total_us);
}

/* A reply that is not 2xx, and not to EHLO: what was asked for is not to be had.  Who says 421
 * closes; everybody else is told QUIT.  True if the visit ended. */
static bool
refused(struct going *g, unsigned code)
{
	bool starttls = g->stage == STARTTLS, again = code / 100 == 4, never = code / 100 == 5;

	snprintf(g->why, sizeof g->why, "%s: %03u", visit_stage_name(g->stage), code);
	if (starttls)
		g->seen.starttls = again   ? STARTTLS_RETRY
				   : never ? STARTTLS_REFUSED
					   : STARTTLS_BAD_REPLY;
	else
		g->seen.outcome = again ? VISIT_RETRY : never ? VISIT_NO_SERVICE : VISIT_NOT_SMTP;
	if (code == 421 || (!again && !never)) {
		finish(g);
		return true;
	}
	say(g, QUIT, "QUIT", NULL);
	return false;
}

/* The handshake begins, unless somebody has spoken already.  True if the visit ended. */
static bool
begin_tls(struct going *g, bool more)
{
	g->stage = HANDSHAKE;
	if (more || wire_has_more(&g->wire))
		g->seen.starttls = STARTTLS_INJECTED;
	else if (wire_starttls(&g->wire, g->wish.sni) == WIRE_FAILED)
		g->seen.starttls = STARTTLS_FAILED;
	else
		return false;
	finish(g);
	return true;
}

/* A whole reply came, and more behind it or not.  True if the visit ended. */
static bool
on_reply(struct going *g, bool more)
{
	unsigned code = g->reply.code;
	bool offered = g->reply.starttls && g->stage == EHLO, good = code / 100 == 2;

	if (g->stage == QUIT) {
		finish(g);
		return true;
	}
	keep_reply(g);
	if (g->stage == EHLO && code / 100 == 5)
		say(g, HELO, "HELO", g->wish.ehlo_name);
	else if (!good)
		return refused(g, code);
	else if (g->stage == GREETING)
		say(g, EHLO, "EHLO", g->wish.ehlo_name);
	else if (g->stage == STARTTLS)
		return begin_tls(g, more);
	else {
		g->seen.outcome = VISIT_OK;
		g->seen.starttls = STARTTLS_NOT_OFFERED;
		say(g, offered ? STARTTLS : QUIT, offered ? "STARTTLS" : "QUIT", NULL);
	}
	return false;
}

/* What was said in clear, or in TLS. */
static void
take_octets(struct going *g, struct span in)
{
	while (in.n) {
		enum visit_reply_st st = visit_reply_take(&g->reply, &in);

		if (st == REPLY_NO_CODE || st == REPLY_ENDLESS) {
			end_by(g, st == REPLY_NO_CODE ? NO_REPLY : ENDLESS);
			return;
		}
		if (st == REPLY_DONE && on_reply(g, in.n > 0))
			return;
	}
}

static void
tls_failed(struct going *g)
{
	if (g->stage == HANDSHAKE) {
		g->seen.starttls = tls_too_big(g->wire.tls) ? STARTTLS_TOO_BIG : STARTTLS_FAILED;
		explain(g, tls_why(g->wire.tls));
	}
	finish(g);
}

static void
read_some(struct going *g)
{
	struct buf *in = &g->all->in;

	buf_clear(in);
	switch (wire_read(&g->wire, in)) {
	case WIRE_WAIT: break;
	case WIRE_GOT: take_octets(g, buf_span(in)); return;
	case WIRE_SECURE:
		g->seen.starttls = STARTTLS_OK;
		g->seen.tls_version = tls_protocol(g->wire.tls);
		g->seen.tls_cipher = tls_cipher(g->wire.tls);
		say(g, QUIT, "QUIT", NULL);
		return;
	case WIRE_CLOSED: end_by(g, CLOSED); return;
	case WIRE_BROKEN: end_by(g, BROKEN); return;
	case WIRE_FAILED: tls_failed(g); return;
	}
	if (g->wire.tls && g->wire.octets > TLS_OCTETS_MAX)
		end_by(g, ENDLESS);
}

static void
connect_failed(struct going *g)
{
	g->seen.outcome = visit_connect_outcome(g->wire.error);
	explain(g, strerrordesc_np(g->wire.error));
	finish(g);
}

static void
on_ready(void *arg, bool readable, bool writable)
{
	struct going *g = arg;

	if (g->stage == CONNECTION) {
		int error = wire_connected(&g->wire);

		if (error) {
			g->wire.error = error;
			connect_failed(g);
			return;
		}
		g->stage = GREETING;
		wait_for(g, g->wish.patience_us);
		return;
	}
	if (writable)
		wire_flush(&g->wire);
	if (readable)
		read_some(g);
}

static void
on_time(void *arg)
{
	struct going *g = arg;

	if (g->stage == CONNECTION && g->wire.error)
		connect_failed(g); /* before there was anything to wait for */
	else
		end_by(g, TIMEOUT);
}

/* Both names in one piece of memory. */
static void
copy_wish(struct going *g, const struct visit_wish *wish)
{
	size_t ehlo_n = strlen(wish->ehlo_name) + 1, sni_n = wish->sni ? strlen(wish->sni) + 1 : 0;

	/* The name is a line of ours. */
	for (const char *p = wish->ehlo_name; *p; p++)
		if (*p <= ' ' || *p > '~')
			abort();
	g->wish = *wish;
	g->names = must(malloc(ehlo_n + sni_n));
	g->wish.ehlo_name = memcpy(g->names, wish->ehlo_name, ehlo_n);
	if (sni_n)
		g->wish.sni = memcpy(g->names + ehlo_n, wish->sni, sni_n);
}

void
visit_begin(struct visits *v, const struct visit_wish *wish, visit_done *done, void *arg)
{
	struct going *g = must(calloc(1, sizeof *g));

	g->all = v;
	g->next = v->first;
	g->back = &v->first;
	if (g->next)
		g->next->back = &g->next;
	v->first = g;
	g->done = done;
	g->arg = arg;
	copy_wish(g, wish);
	visit_reply_init(&g->reply, VISIT_BANNER_MAX);
	g->seen.begun_utc_us = clock_wall_us(loop_clock(v->loop));
	g->begun_us = now_us(g);
	g->timer = loop_timer_new(v->loop, on_time, g);
	g->wire.error = wire_connect(&g->wire, v->loop, &wish->address, wish->port, on_ready, g);
	wait_for(g, g->wire.error ? 0 : wish->connect_us);
}
