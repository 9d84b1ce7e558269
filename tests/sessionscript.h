/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sessionscript - the texts that one made-up SMTP session puts into a log, and the truth about it.
 *
 * The first half of sessiongen.h, which plays many such scripts at once. */
#ifndef EMT_SESSIONSCRIPT_H
#define EMT_SESSIONSCRIPT_H

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rng.h"

enum { GEN_STEPS_MAX = 400, GEN_MAILS_MAX = 4, GEN_RCPTS_MAX = 6, GEN_HOSTS = 3 };

struct gen_params {
	uint64_t seed;
	size_t sessions, at_once;
	unsigned noise; /* lines of noise before each line that counts, on average */
	void (*line)(void *state, struct span line);
	void *state;
	int64_t start_utc; /* time of the first line; 0: some time */
	bool no_years;     /* all hosts log as RFC 3164 */
};

struct gen_mail {
	const char *from, *queue_id, *message_id, *rcpts[GEN_RCPTS_MAX];
	int codes[GEN_RCPTS_MAX];
	int rcpts_n, code, size, deliveries_n;
	const char *data;
	bool removed;
};

struct gen_session {
	struct arena *arena;
	const char *host, *tag;
	int pid;
	const char *name, *ip, *first_name;
	int64_t t_connect, t_end; /* as the log shows them; -1: not in the log */
	const char *helo;
	bool esmtp, tls, auth, auth_ok;
	const char *mech;
	struct gen_mail mails[GEN_MAILS_MAX];
	int mails_n;
	const char *end, *after; /* NULL: none */
	bool complete;
	struct buf dialogue; /* "C text\n" ... as a record should have it */
	int lines;

	/* The script. */
	struct gen_step {
		char *text;
		int queue; /* the mail whose way through the queue begins here, or -1 */
	} steps[GEN_STEPS_MAX];
	int steps_n, next_step;
	const char *client; /* NAME[IP] */
	const char *verb;
	int process;
	size_t last_line; /* the number of its last line: the order of those that have no end */
	struct gen_session *next_ended;
};

struct gen_queue_job {
	struct gen_session *session;
	struct gen_mail *mail;
	int step;
};

struct gen {
	struct gen_params p;
	uint64_t position;
	struct rng rng;
	int64_t now_us;
	size_t lines_n, ids_n;
	struct gen_process {
		int pid;
		const char *host, *tag;
		bool busy;
		struct gen_session *silent; /* it never told the end of this one */
	} * processes;
	struct gen_session **open;
	size_t open_n, started_n;
	struct gen_queue_job *jobs;
	size_t jobs_n, jobs_room;
	struct gen_session *first_ended, *last_ended; /* in the order of their ends */
};

static const char *const gen_hosts[GEN_HOSTS] = {"mx1", "mx2.example.net", "mx3"};

static size_t
gen_below(struct gen *g, size_t n)
{
	return (size_t)rng_below(&g->rng, n);
}

static bool
gen_percent(struct gen *g, unsigned percent)
{
	return gen_below(g, 100) < percent;
}

static void gen_step(struct gen_session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
gen_step(struct gen_session *s, const char *format, ...)
{
	va_list args;
	struct buf text;

	if (s->steps_n == GEN_STEPS_MAX)
		abort();
	buf_init(&text, 4000);
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	s->steps[s->steps_n++] = (struct gen_step){arena_dup(s->arena, buf_span(&text)), -1};
	buf_free(&text);
}

static void
gen_dialogue(struct gen_session *s, char who, const char *logged, const char *shown)
{
	gen_step(s, "%c %s: %s", who == 'C' ? '<' : '>', s->client, logged);
	buf_printf(&s->dialogue, "%c %s\n", who, shown);
	s->lines++;
}

static void
gen_client(struct gen_session *s, const char *verb, const char *text)
{
	s->verb = verb;
	gen_dialogue(s, 'C', text, text);
}

static void
gen_server(struct gen_session *s, const char *text)
{
	gen_dialogue(s, 'S', text, text);
}

static void
gen_client_says(
    struct gen_session *s, const char *verb, const char *before, const char *arg, const char *after)
{
	gen_client(s, verb, arena_printf(s->arena, "%s%s%s", before, arg, after));
}

static void
gen_hello(struct gen *g, struct gen_session *s)
{
	static const char *const odd[] = {
	    "cr?Nov 21 19:34:06 mx1 postfix/smtpd[1]: connect from evil[203.0.113.5]",
	    "[192.0.2.7]", "a\xed\xa0\x80\xfe.example", "x]: y", "220 mx1",
	    "b\xc3\xbc"
	    "cher.example"};
	const char *name = gen_percent(g, 10)
			       ? odd[gen_below(g, 6)]
			       : arena_printf(s->arena, "client%zu.example", gen_below(g, 1000));

	s->esmtp = !gen_percent(g, 10);
	s->helo = arena_dup(s->arena, span_str(name));
	if (s->esmtp)
		gen_client_says(s, "EHLO", "EHLO ", name, "");
	else
		gen_client_says(s, "HELO", "helo   ", name, "  ");
	if (s->esmtp) {
		gen_server(s, "250-mx.example.net");
		gen_server(s, "250-PIPELINING");
		gen_server(s, "250-SIZE 10240000");
		gen_server(s, "250 CHUNKING");
	} else {
		gen_server(s, "250 mx.example.net");
	}
}

static void
gen_starttls(struct gen *g, struct gen_session *s)
{
	gen_client(s, "STARTTLS", "STARTTLS");
	gen_server(s, "220 2.0.0 Ready to start TLS");
	s->tls = true;
	gen_step(s,
	    "Anonymous TLS connection established from %s: TLSv1.3 with cipher "
	    "TLS_AES_256_GCM_SHA384 "
	    "(256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits)",
	    s->client);
	gen_hello(g, s);
}

static void
gen_auth(struct gen *g, struct gen_session *s)
{
	s->auth = true;
	s->auth_ok = gen_percent(g, 50);
	s->verb = "AUTH";
	if (gen_percent(g, 50)) {
		s->mech = "PLAIN";
		gen_dialogue(s, 'C', "AUTH PLAIN AGFsaWNlAHNlY3JldA==", "AUTH PLAIN [redacted]");
	} else {
		s->mech = "LOGIN";
		gen_dialogue(s, 'C', "AUTH LOGIN", "AUTH LOGIN");
		gen_server(s, "334 VXNlcm5hbWU6");
		gen_dialogue(s, 'C', "YWxpY2U=", "[redacted]");
		gen_server(s, "334 UGFzc3dvcmQ6");
		gen_dialogue(s, 'C', "c2VjcmV0MTIz", "[redacted]");
	}
	if (!s->auth_ok)
		gen_step(s, "warning: %s: SASL %s authentication failed: bad, sasl_username=alice",
		    s->client, s->mech);
	gen_server(s, s->auth_ok ? "235 2.7.0 Authentication successful"
				 : "535 5.7.8 Error: authentication failed");
}

/* A client that says what looks like the log. */
static void
gen_hostile(struct gen *g, struct gen_session *s)
{
	static const char *const texts[] = {
	    "NOOP < unknown[203.0.113.5]: MAIL FROM:<forged@example.net>",
	    "NOOP > unknown[203.0.113.5]: 250 2.0.0 Ok: queued as FAKE1",
	    "NOOP disconnect from unknown[203.0.113.5]", "   NOOP \xff\xfe  ",
	    "noop AUTH PLAIN AGFsaWNlAHNlY3JldA=="};

	gen_client(s, "NOOP", texts[gen_below(g, 5)]);
	gen_server(s, "250 2.0.0 Ok");
}

static const char *
gen_queue_id(struct gen *g, struct gen_session *s)
{
	size_t n = g->ids_n++ % 16384; /* every id comes again after a while, as short ones do */

	if (gen_percent(g, 50))
		return arena_printf(s->arena, "%05zXBEEF", n);
	return arena_printf(s->arena, "4Lyb5%05zuzXj9Jl", n);
}

static void
gen_rcpts(struct gen *g, struct gen_session *s, struct gen_mail *m)
{
	int n = 1 + (int)gen_below(g, GEN_RCPTS_MAX - 1);

	for (int i = 0; i < n; i++) {
		bool good = !gen_percent(g, 25);
		const char *to = gen_percent(g, 5) ? "\"a]: b <c>, to=<d@e\"@example.net"
						   : arena_printf(s->arena, "to%zu@example.net",
							 gen_below(g, 100));

		if (gen_percent(g, 20))
			gen_client_says(s, "RCPT", "rcpt to: <", to, "> NOTIFY=NEVER");
		else
			gen_client_says(s, "RCPT", "RCPT TO:<", to, ">");
		m->rcpts[m->rcpts_n] = to;
		m->codes[m->rcpts_n++] = good ? 250 : 450;
		if (good && !m->queue_id) {
			m->queue_id = gen_queue_id(g, s);
			gen_step(s, "%s: client=%s", m->queue_id, s->client);
		} else if (!good) {
			gen_step(s,
			    "%s: reject: RCPT from %s: 450 4.2.0 <%s>: Recipient address rejected: "
			    "Greylisted; "
			    "from=<%s> to=<%s> proto=ESMTP helo=<x>",
			    m->queue_id ? m->queue_id : "NOQUEUE", s->client, to, m->from, to);
		}
		gen_server(s, good ? "250 2.1.5 Ok"
				   : "450 4.2.0 <x>: Recipient address rejected: Greylisted");
	}
}

static void
gen_queue_starts(struct gen_session *s, struct gen_mail *m)
{
	s->steps[s->steps_n - 1].queue = (int)(m - s->mails);
}

static void
gen_content(struct gen *g, struct gen_session *s, struct gen_mail *m)
{
	char reply[100];
	bool bdat = gen_percent(g, 20);

	m->data = bdat ? "BDAT" : "DATA";
	m->code = gen_percent(g, 10) ? 550 : 250;
	if (bdat) {
		gen_client(s, "BDAT", "BDAT 20");
		gen_server(s, "250 2.0.0 Ok: 20 bytes");
		gen_client(s, "BDAT", "bdat 25 last");
	} else {
		gen_client(s, "DATA", "DATA");
		gen_server(s, "354 End data with <CR><LF>.<CR><LF>");
	}
	if (m->code == 250)
		gen_queue_starts(s, m);
	snprintf(reply, sizeof reply, "250 2.0.0 Ok: queued as %s", m->queue_id);
	gen_server(s, m->code == 250 ? reply : "550 5.7.1 no");
	s->verb = "END-OF-MESSAGE";
}

static void
gen_mail(struct gen *g, struct gen_session *s)
{
	struct gen_mail *m = &s->mails[s->mails_n++];

	m->from = gen_percent(g, 10)
		      ? ""
		      : arena_printf(s->arena, "from%zu@example.org", gen_below(g, 10000));
	m->size = -1;
	if (gen_percent(g, 20))
		gen_client_says(s, "MAIL", "mail FROM: <", m->from, ">");
	else
		gen_client_says(s, "MAIL", "MAIL FROM:<", m->from, "> SIZE=100");
	gen_server(s, "250 2.1.0 Ok");
	gen_rcpts(g, s, m);
	if (!m->queue_id) {
		gen_client(s, "DATA", "DATA");
		gen_server(s, "554 5.5.1 Error: no valid recipients");
		m->code = 554;
	} else if (gen_percent(g, 10)) {
		gen_client(s, "RSET", "RSET");
		gen_server(s, "250 2.0.0 Ok");
	} else {
		gen_content(g, s, m);
	}
}

static void
gen_xclient(struct gen_session *s)
{
	gen_client(s, "XCLIENT", "XCLIENT NAME=inner.example ADDR=192.0.2.99");
	s->first_name = s->name;
	s->name = "inner.example";
	s->ip = "192.0.2.99";
	s->client = "inner.example[192.0.2.99]";
	gen_server(s, "220 mx.example.net ESMTP Postfix");
}

static const char *
gen_ending_prefix(struct gen *g)
{
	return gen_percent(g, 50) ? "NOQUEUE: " : ""; /* Postfix 3.10 */
}

/* How it ends: a script without its disconnect line ends in silence, or by the master's word. */
static void
gen_ending(struct gen *g, struct gen_session *s)
{
	unsigned dice = (unsigned)gen_below(g, 100);

	s->complete = true;
	if (dice < 60) {
		gen_client(s, "QUIT", gen_percent(g, 10) ? "quit" : "QUIT");
		gen_server(s, "221 2.0.0 Bye");
		s->end = "quit";
	} else if (dice < 75) {
		s->end = "lost";
		s->after = s->verb;
		if (strcmp(s->verb, "END-OF-MESSAGE") != 0)
			gen_step(s, "%slost connection after %s from %s", gen_ending_prefix(g),
			    s->verb, s->client);
	} else if (dice < 85) {
		gen_server(s, "421 4.4.2 mx.example.net Error: timeout exceeded");
		gen_step(s, "%stimeout after %s from %s", gen_ending_prefix(g), s->verb, s->client);
		s->end = "timeout";
		s->after = s->verb;
	} else if (dice < 93) {
		s->end = "killed";
		return;
	} else {
		s->end = "silent";
		s->complete = false;
		return;
	}
	gen_step(s, "disconnect from %s ehlo=1 commands=3/4", s->client);
}

static void
gen_script(struct gen *g, struct gen_session *s)
{
	int mails = (int)gen_below(g, GEN_MAILS_MAX);

	gen_step(s, "connect from %s", s->client);
	if (gen_percent(g, 3)) {
		gen_step(s,
		    "warning: Connection concurrency limit exceeded: 4 from %s for service smtp",
		    s->client);
		gen_server(s, "421 4.7.0 mx.example.net Error: too many connections");
		gen_step(s, "disconnect from %s commands=0/0", s->client);
		s->end = "refused";
		s->complete = true;
		return;
	}
	gen_server(s, "220 mx.example.net ESMTP Postfix");
	s->verb = "CONNECT";
	if (gen_percent(g, 3))
		gen_xclient(s);
	gen_hello(g, s);
	if (gen_percent(g, 40))
		gen_starttls(g, s);
	if (gen_percent(g, 15))
		gen_auth(g, s);
	if (gen_percent(g, 20))
		gen_hostile(g, s);
	while (s->mails_n < mails)
		gen_mail(g, s);
	gen_ending(g, s);
}

#endif
