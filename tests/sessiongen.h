/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sessiongen - writes verbose Postfix logs of many interleaved sessions, and knows the truth of
 * each.
 *
 * Deterministic: the same parameters give the same bytes.  Each session is first written as a
 * script of texts, together with what a reader of the log is to find out; then the scripts of all
 * open sessions are played line by line in random order, by processes that serve one session after
 * another and whose pids come again under other tags.  Shares no code with the parser. */
#ifndef EMT_SESSIONGEN_H
#define EMT_SESSIONGEN_H

#include <time.h>

#include "tests/sessionscript.h"

/* The first host logs as RFC 3164 and so in whole seconds, the others as RFC 3339. */
static bool
gen_is_coarse(const struct gen *g, const char *host)
{
	return g->p.no_years || host == gen_hosts[0];
}

static int64_t
gen_time_shown(const struct gen *g, const char *host)
{
	return gen_is_coarse(g, host) ? g->now_us - g->now_us % 1000000 : g->now_us;
}

static void
gen_put_line(struct gen *g, const char *host, const char *tag, int pid, const char *text)
{
	time_t seconds = (time_t)(g->now_us / 1000000);
	char stamp[64];
	struct buf line;
	struct tm tm;

	g->now_us += (int64_t)gen_below(g, 4000);
	seconds = (time_t)(g->now_us / 1000000);
	gmtime_r(&seconds, &tm);
	strftime(stamp, sizeof stamp,
	    gen_is_coarse(g, host) ? "%b %e %H:%M:%S" : "%Y-%m-%dT%H:%M:%S", &tm);
	buf_init(&line, 1 << 16);
	buf_puts(&line, stamp);
	if (!gen_is_coarse(g, host))
		buf_printf(&line, ".%06d+00:00", (int)(g->now_us % 1000000));
	buf_printf(&line, " %s %s[%d]: %s", host, tag, pid, text);
	g->lines_n++;
	g->p.line(g->p.state, buf_span(&line));
	buf_free(&line);
}

static void
gen_ended(struct gen *g, struct gen_session *s)
{
	if (g->last_ended)
		g->last_ended->next_ended = s;
	else
		g->first_ended = s;
	g->last_ended = s;
}

static void
gen_start(struct gen *g)
{
	static const char *const tags[] = {
	    "postfix/smtpd", "postfix/submission/smtpd", "postfix-mx2/smtpd"};
	struct arena *a = arena_new();
	struct gen_session *s = arena_alloc(a, sizeof *s);
	int i = (int)gen_below(g, 2 * g->p.at_once);
	struct gen_process *p;

	while (g->processes[i].busy)
		i = (i + 1) % (int)(2 * g->p.at_once);
	p = &g->processes[i];
	if (!p->tag || gen_percent(g, 10))
		p->tag = tags[gen_below(g, 3)];
	p->busy = true;
	s->arena = a;
	s->host = p->host;
	s->tag = p->tag;
	s->pid = p->pid;
	s->process = i;
	s->name =
	    gen_percent(g, 30) ? "unknown" : arena_printf(a, "c%zu.example.org", gen_below(g, 50));
	s->ip = gen_percent(g, 30) ? arena_printf(a, "2001:db8::%zx", gen_below(g, 60000))
				   : arena_printf(a, "192.0.2.%zu", gen_below(g, 256));
	s->client = arena_printf(a, "%s[%s]", s->name, s->ip);
	s->t_connect = s->t_end = -1;
	buf_init(&s->dialogue, 1 << 20);
	gen_script(g, s);
	g->open[g->open_n++] = s;
	g->started_n++;
}

static void
gen_add_job(struct gen *g, struct gen_session *s, struct gen_mail *m)
{
	if (g->jobs_n == g->jobs_room) {
		g->jobs_room = g->jobs_room ? 2 * g->jobs_room : 64;
		g->jobs = realloc(g->jobs, g->jobs_room * sizeof *g->jobs);
		if (!g->jobs)
			abort();
	}
	g->jobs[g->jobs_n++] = (struct gen_queue_job){s, m, 0};
}

/* The next line of one mail's way through the queue. */
static void
gen_play_job(struct gen *g, size_t at)
{
	struct gen_queue_job *job = &g->jobs[at];
	const struct gen_session *s = job->session;
	struct gen_mail *m = job->mail;
	struct arena *a = s->arena;
	int good = 0, step = job->step++;
	const char *daemon = "postfix/qmgr", *text;

	while (good < m->rcpts_n && m->codes[good] != 250)
		good++;
	if (step == 0) {
		daemon = "postfix/cleanup";
		m->message_id = arena_printf(a, "<%zu@example.org>", gen_below(g, 1000000));
		text = arena_printf(a, "%s: message-id=%s", m->queue_id, m->message_id);
	} else if (step == 1) {
		m->size = (int)gen_below(g, 100000);
		text = arena_printf(a, "%s: from=<%s>, size=%d, nrcpt=1 (queue active)",
		    m->queue_id, m->from, m->size);
	} else if (step < 4 && (step == 3 || gen_percent(g, 20))) {
		daemon = step == 3 ? "postfix/local" : "postfix/smtp";
		text = arena_printf(a,
		    "%s: to=<%s>, relay=%s, delay=%zu.5, delays=0/0/0/0, dsn=%s, status=%s (x (y))",
		    m->queue_id, m->rcpts[good],
		    step == 3 ? "local" : "in.example.com[198.51.100.9]:25", gen_below(g, 20),
		    step == 3 ? "2.0.0" : "4.2.0", step == 3 ? "sent" : "deferred");
		m->deliveries_n++;
	} else if (step < 4) {
		return; /* no first attempt that failed */
	} else {
		text = arena_printf(a, "%s: removed", m->queue_id);
		m->removed = true;
		g->jobs[at] = g->jobs[--g->jobs_n];
	}
	gen_put_line(g, s->host, daemon, 7, text);
}

static void
gen_noise(struct gen *g, const struct gen_session *s)
{
	static const char *const texts[] = {"match_list_match: unknown: no match",
	    "input attribute value: local", "send attr request = connect",
	    "private/rewrite socket: wanted attribute: flags",
	    ">>> START Recipient address RESTRICTIONS <<<",
	    "generic_checks: name=permit_mynetworks",
	    "ctable_locate: install entry key a?b@example.net", "watchdog_pat: 0x55d0",
	    "vstream_fflush_some: fd 9 flush 31",
	    "warning: hostname x.example does not resolve to address 192.0.2.1", "smtp_get: EOF",
	    "rewrite stream disconnect",
	    "extract_addr: in: <to@example.net>, result: to@example.net", "name_mask: noanonymous",
	    "match_hostaddr: smtpd_client_event_limit_exceptions: unknown ~? 127.0.0.0/8"};

	for (size_t n = g->p.noise ? gen_below(g, 2 * g->p.noise + 1) : 0; n; n--)
		gen_put_line(g, s->host, s->tag, s->pid, texts[gen_below(g, 15)]);
}

static void
gen_close(struct gen *g, size_t at)
{
	struct gen_session *s = g->open[at];
	struct gen_process *p = &g->processes[s->process];

	g->open[at] = g->open[--g->open_n];
	p->busy = false;
	if (!strcmp(s->end, "silent")) {
		p->silent = s;
		s->end = "other";
		return;
	}
	if (!strcmp(s->end, "killed")) {
		char text[200];

		snprintf(text, sizeof text,
		    "warning: process /usr/lib/postfix/sbin/smtpd pid %d killed by signal 9",
		    s->pid);
		gen_put_line(g, s->host, "postfix/master", 3, text);
	}
	s->t_end = gen_time_shown(g, s->host);
	gen_ended(g, s);
}

static void
gen_play_session(struct gen *g, size_t at)
{
	struct gen_session *s = g->open[at];
	struct gen_step *step = &s->steps[s->next_step++];
	struct gen_process *p = &g->processes[s->process];

	gen_noise(g, s);
	if (p->silent) {
		gen_ended(g, p->silent); /* now the log tells that it is gone */
		p->silent = NULL;
	}
	if (step->queue >= 0)
		gen_add_job(g, s, &s->mails[step->queue]);
	gen_put_line(g, s->host, s->tag, s->pid, step->text);
	s->last_line = g->lines_n;
	if (s->next_step == 1)
		s->t_connect = gen_time_shown(g, s->host);
	if (s->next_step == s->steps_n)
		gen_close(g, at);
}

static int
gen_by_last_line(const void *a, const void *b)
{
	const struct gen_session *const *x = a, *const *y = b;

	return (*x)->last_line < (*y)->last_line ? -1 : 1;
}

/* Those whose end never came, in the order of their last lines. */
static void
gen_end_silent(struct gen *g)
{
	size_t n = 0;

	for (size_t i = 0; i < 2 * g->p.at_once; i++)
		if (g->processes[i].silent)
			g->open[n++] = g->processes[i].silent;
	qsort(g->open, n, sizeof *g->open, gen_by_last_line);
	for (size_t i = 0; i < n; i++)
		gen_ended(g, g->open[i]);
}

/* Writes the log.  What is true of it hangs at first_ended; gen_free frees it. */
static void
gen_run(struct gen *g, const struct gen_params *p)
{
	*g = (struct gen){.p = *p, .position = p->seed};
	g->rng = rng_seeded(&g->position);
	g->now_us = (p->start_utc ? p->start_utc : INT64_C(1795290000)) * 1000000;
	g->processes = calloc(2 * p->at_once, sizeof *g->processes);
	g->open = calloc(2 * p->at_once, sizeof *g->open);
	if (!g->processes || !g->open)
		abort();
	for (size_t i = 0; i < 2 * p->at_once; i++) {
		g->processes[i].pid = 1000 + (int)(i / GEN_HOSTS);
		g->processes[i].host = gen_hosts[i % GEN_HOSTS];
	}
	while (g->started_n < p->sessions || g->open_n || g->jobs_n) {
		size_t dice;

		while (g->started_n < p->sessions && g->open_n < p->at_once)
			gen_start(g);
		dice = gen_below(g, g->open_n + g->jobs_n);
		if (dice < g->open_n)
			gen_play_session(g, dice);
		else
			gen_play_job(g, dice - g->open_n);
	}
	gen_end_silent(g);
}

static void
gen_free(struct gen *g)
{
	for (struct gen_session *s = g->first_ended, *next; s; s = next) {
		next = s->next_ended;
		buf_free(&s->dialogue);
		arena_free(s->arena);
	}
	free(g->processes);
	free(g->open);
	free(g->jobs);
}

#endif
