/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/sessionlog.h"

#include <stdlib.h>

#include "sessionparse/dialogue.h"
#include "sessionparse/grammar.h"
#include "sessionparse/logline.h"
#include "sessionparse/outbox.h"
#include "sessionparse/queue.h"
#include "sessionparse/session_table.h"

enum {
	REPEATS_MAX = 1000, /* of one line that stands for many */
	DIALOGUE_LINE_MAX = REDACT_GROWTH_MAX * SESSIONLOG_LINE_MAX,
};

static const int64_t SILENCE_MAX_US =
    INT64_C(86400) * 1000000; /* smtpd gives a client up long before */

struct sessionlog {
	struct sessionlog_params params;
	struct sessionlog_counts counts;
	struct logtime time;
	int64_t now_us; /* the latest time that a line had */
	struct session_table table;
	struct queue queue;
	struct outbox outbox;
	struct grammar *grammar;
	struct buf unescaped, redacted;
};

/* The line at hand. */
struct said {
	const struct logline *line;
	const struct logevent *event;
	int64_t time_us;
};

static void
write_session(void *state, struct session *s)
{
	struct sessionlog *l = state;

	l->counts.sessions++;
	l->counts.incomplete += !s->complete;
	for (struct session_mail *m = s->mails; m; m = m->next) {
		l->counts.mails_without_dialogue += s->lines == 0;
		queue_remove(&l->queue, m);
	}
	l->params.write(l->params.state, s);
	session_free(s);
}

struct sessionlog *
sessionlog_new(const struct sessionlog_params *params)
{
	struct sessionlog *l = calloc(1, sizeof *l);

	if (!l)
		out_of_memory();
	l->params = *params;
	l->now_us = TIME_UNKNOWN;
	logtime_init(&l->time, &params->zone, params->first_year, params->now_us);
	session_table_init(&l->table);
	queue_init(&l->queue);
	l->outbox = (struct outbox){
	    .hold_us = params->hold_us,
	    .octets_max = SESSIONLOG_HELD_MAX,
	    .write = write_session,
	    .state = l,
	};
	l->grammar = grammar_new();
	buf_init(&l->unescaped, 2 * SESSIONLOG_LINE_MAX);
	buf_init(&l->redacted, DIALOGUE_LINE_MAX);
	return l;
}

static void
drop_session(void *state, struct session *s)
{
	(void)state;
	session_free(s);
}

void
sessionlog_free(struct sessionlog *l)
{
	if (!l)
		return;
	l->outbox.write = drop_session;
	outbox_flush(&l->outbox);
	session_table_free(&l->table);
	queue_free(&l->queue);
	grammar_free(l->grammar);
	buf_free(&l->unescaped);
	buf_free(&l->redacted);
	free(l);
}

const struct sessionlog_counts *
sessionlog_counts(const struct sessionlog *l)
{
	return &l->counts;
}

/* The session is over: what the queue has to say of it is all that may come. */
static void
finish(struct sessionlog *l, struct session *s)
{
	session_table_close(&l->table, s);
	s->ended = true;
	for (struct session_mail *m = s->mails; m; m = m->next) {
		if (m->in_queue && session_mail_is_awaited(m))
			s->awaited++;
		else
			queue_remove(&l->queue, m);
	}
	outbox_add(&l->outbox, s);
	outbox_advance(&l->outbox, l->now_us);
}

/* The session is over, but the log does not have its end. */
static void
give_up(struct sessionlog *l, struct session *s)
{
	session_close(s);
	finish(l, s);
}

static void
kill_session(struct sessionlog *l, struct session *s)
{
	s->end = END_KILLED;
	s->end_after = (struct span){NULL, 0};
	finish(l, s);
}

/* The queue will say no more of this mail. */
static void
settle(struct sessionlog *l, struct session_mail *m)
{
	queue_remove(&l->queue, m);
	if (m->session->ended && m->session->awaited) {
		m->session->awaited--;
		outbox_advance(&l->outbox, l->now_us);
	}
}

static struct session *
open_session(struct sessionlog *l, const struct said *said)
{
	const struct logline *line = said->line;
	struct session *s, *oldest;

	while ((oldest = l->table.oldest) != NULL) {
		if (l->table.sessions_n >= SESSIONS_OPEN_MAX)
			oldest->limits |= LIMIT_SESSIONS;
		else if (oldest->t_last >= said->time_us - SILENCE_MAX_US)
			break;
		give_up(l, oldest);
	}
	s = session_table_open(&l->table, line->host, line->tag, line->pid, said->time_us);
	session_set_client(s, said->event->client.name, said->event->client.ip);
	return s;
}

/* XCLIENT makes another client of the same session. */
static void
follow_client(struct session *s, const struct logevent_client *client)
{
	if (span_eq(client->name, s->client_name) && span_eq(client->ip, s->client_ip))
		return;
	if (!s->first_name.p) {
		s->first_name = s->client_name;
		s->first_ip = s->client_ip;
	}
	session_set_client(s, client->name, client->ip);
}

static void
take_disconnect(struct sessionlog *l, struct session *s, const struct said *said)
{
	session_set_counters(s, said->event->text);
	if (session_counter(s, SPAN_LIT("xclient")) > 0)
		follow_client(s, &said->event->client);
	s->t_end = said->time_us;
	s->complete = s->t_connect != TIME_UNKNOWN;
	session_close(s);
	finish(l, s);
}

static void
take_tls(struct sessionlog *l, struct session *s, struct span text)
{
	struct session_tls tls;

	if (!grammar_tls(l->grammar, text, &tls))
		return;
	s->has_tls = true;
	s->tls.bits = tls.bits;
	if (tls.trust.p)
		s->tls.trust = arena_span(s->arena, tls.trust);
	s->tls.protocol = arena_span(s->arena, tls.protocol);
	s->tls.cipher = arena_span(s->arena, tls.cipher);
	if (tls.sni.p)
		s->tls.sni = arena_span(s->arena, tls.sni);
}

/* Credentials that failed.  Where there is a dialogue, it has said so. */
static void
take_sasl_failure(struct session *s, struct span mech)
{
	if (s->lines)
		return;
	s->has_auth = true;
	s->auth_ok = false;
	s->auth_mech = arena_span(s->arena, mech);
}

/* A mail has got its queue id. */
static void
register_mail(struct sessionlog *l, struct session *s)
{
	struct session_mail *before;

	if (!s->to_queue)
		return;
	before = queue_add(&l->queue, s->to_queue);
	s->to_queue = NULL;
	if (before)
		settle(l, before);
}

static void
take_session_event(struct sessionlog *l, struct session *s, const struct said *said)
{
	const struct logevent *e = said->event;

	session_table_touch(&l->table, s, said->time_us);
	if (s->xclient && e->client.name.p)
		follow_client(s, &e->client);
	switch (e->kind) {
	case EVENT_CLIENT_SAYS:
		dialogue_client(s, e->text, l->params.keep_auth, &l->redacted);
		break;
	case EVENT_SERVER_SAYS:
		dialogue_server(s, e->text, l->params.keep_auth, &l->redacted);
		register_mail(l, s);
		break;
	case EVENT_MAIL_CLIENT:
		session_accept(s, e->queue_id, e->text);
		register_mail(l, s);
		break;
	case EVENT_DISCONNECT: take_disconnect(l, s, said); break;
	case EVENT_LOST: dialogue_ended(s, END_LOST, e->text); break;
	case EVENT_TIMEOUT: dialogue_ended(s, END_TIMEOUT, e->text); break;
	case EVENT_TOO_MANY_ERRORS: dialogue_ended(s, END_TOO_MANY_ERRORS, e->text); break;
	case EVENT_NON_SMTP: s->non_smtp = true; break;
	case EVENT_REFUSED: s->refused = true; break;
	case EVENT_TLS: take_tls(l, s, e->text); break;
	case EVENT_TLS_ERROR:
		s->has_tls = true;
		s->tls.error = arena_span(s->arena, e->text);
		break;
	case EVENT_SASL_FAILED: take_sasl_failure(s, e->text); break;
	default: break; /* a reject tells that there is a session; the dialogue tells the rest */
	}
}

static void
take_smtpd(struct sessionlog *l, const struct said *said)
{
	const struct logline *line = said->line;
	const struct logevent *e = said->event;
	struct session *s = session_table_find(&l->table, line->host, line->tag, line->pid);

	if (e->kind == EVENT_CONNECT) {
		/* Any session of this pid is gone, be it of another tag. */
		while ((s = session_table_find_pid(&l->table, line->host, line->pid)) != NULL)
			give_up(l, s);
		s = open_session(l, said);
		s->t_connect = said->time_us;
		return;
	}
	if (!s) {
		/* With the daemon's name cut off, NAME[IP]:PORT may as well be smtp(8) speaking to
		 * a server. */
		if (!e->client.name.p || (line->tag_is_cut && e->client.has_port))
			return;
		s = open_session(l, said);
		redact_start_missing(&s->redact);
	}
	take_session_event(l, s, said);
}

static void
take_delivery(struct sessionlog *l, struct session_mail *m, struct span text)
{
	struct arena *a = m->session->arena;
	struct session_delivery d, *kept;

	if (!grammar_delivery(l->grammar, text, &d))
		return;
	kept = session_add_delivery(m);
	if (!kept)
		return;
	*kept = (struct session_delivery){
	    .to = arena_span(a, d.to),
	    .orig_to = d.orig_to.p ? arena_span(a, d.orig_to) : d.orig_to,
	    .relay = arena_span(a, d.relay),
	    .delay = arena_span(a, d.delay),
	    .dsn = d.dsn.p ? arena_span(a, d.dsn) : d.dsn,
	    .status = arena_span(a, d.status),
	    .text = d.text.p ? arena_span(a, d.text) : d.text,
	};
}

static void
take_queue(struct sessionlog *l, const struct said *said)
{
	const struct logevent *e = said->event;
	struct session_mail *m = queue_find(&l->queue, said->line->host, e->queue_id);
	struct span from;

	if (!m)
		return; /* not from a session that we know */
	switch (e->kind) {
	case EVENT_MESSAGE_ID:
		if (!m->message_id.p)
			m->message_id = arena_span(m->session->arena, e->text);
		break;
	case EVENT_QUEUED:
		if (grammar_queued(l->grammar, e->text, &from, &m->size) && !m->from.p)
			m->from = arena_span(m->session->arena, from);
		break;
	case EVENT_DELIVERY: take_delivery(l, m, e->text); break;
	case EVENT_NOTICE: session_add_notice(m, e->text); break;
	case EVENT_REMOVED:
		m->removed = true;
		settle(l, m);
		break;
	default: break;
	}
}

static void
take_process_gone(struct sessionlog *l, const struct said *said)
{
	struct session *s =
	    session_table_find_pid(&l->table, said->line->host, said->event->number);

	if (!s)
		return;
	s->t_end = s->t_last = said->time_us;
	s->complete = s->t_connect != TIME_UNKNOWN;
	kill_session(l, s);
}

/* Whatever this instance served before is gone, without a line. */
static void
take_master_started(struct sessionlog *l, const struct said *said)
{
	struct span instance = logline_instance(said->line->tag);
	struct session *s = l->table.oldest, *next;

	for (; s; s = next) {
		next = s->newer;
		if (span_eq(s->host, said->line->host) &&
		    span_eq(logline_instance(s->service), instance))
			kill_session(l, s);
	}
}

/* Which program says what: smtp(8) logs dialogue too, with the arrows the other way round, and
 * cleanup rejects. */
static bool
fits_program(const struct logline *line, enum logevent_kind kind)
{
	struct span daemon = logline_daemon(line);

	if (line->tag_is_cut || kind == EVENT_REPEATED)
		return true;
	switch (kind) {
	case EVENT_MESSAGE_ID:
	case EVENT_QUEUED:
	case EVENT_DELIVERY:
	case EVENT_NOTICE:
	case EVENT_REMOVED:
	case EVENT_QUEUE_OTHER: return true;
	case EVENT_PROCESS_GONE:
	case EVENT_MASTER_STARTED: return span_eq(daemon, SPAN_LIT("master"));
	default: return span_eq(daemon, SPAN_LIT("smtpd"));
	}
}

static void take_event(struct sessionlog *l, const struct said *said);

/* Only lines that count for themselves are taken again: a dialogue line, a delivery. */
static void
take_repeated(struct sessionlog *l, const struct said *said)
{
	struct logevent inner = logevent_parse(said->event->text);
	struct said again = {said->line, &inner, said->time_us};

	if (inner.kind != EVENT_CLIENT_SAYS && inner.kind != EVENT_SERVER_SAYS &&
	    inner.kind != EVENT_DELIVERY)
		return;
	if (!fits_program(said->line, inner.kind))
		return;
	for (int64_t i = 0; i < said->event->number && i < REPEATS_MAX; i++)
		take_event(l, &again);
}

static void
take_event(struct sessionlog *l, const struct said *said)
{
	switch (said->event->kind) {
	case EVENT_MESSAGE_ID:
	case EVENT_QUEUED:
	case EVENT_DELIVERY:
	case EVENT_NOTICE:
	case EVENT_REMOVED:
	case EVENT_QUEUE_OTHER: take_queue(l, said); break;
	case EVENT_PROCESS_GONE: take_process_gone(l, said); break;
	case EVENT_MASTER_STARTED: take_master_started(l, said); break;
	case EVENT_REPEATED: take_repeated(l, said); break;
	default: take_smtpd(l, said); break;
	}
}

void
sessionlog_line(struct sessionlog *l, struct span line)
{
	struct logline split;
	struct logevent event;
	struct said said = {&split, &event, TIME_UNKNOWN};
	struct span text;

	l->counts.lines++;
	if (logline_guess_text(line, &text) && !logevent_is_candidate(text)) {
		l->counts.kinds[EVENT_NOISE]++;
		return;
	}
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n > SESSIONLOG_LINE_MAX || !logline_split(&split, line, &l->unescaped)) {
		l->counts.unrecognised++;
		return;
	}
	event = logevent_parse(split.text);
	if (event.kind == EVENT_NOISE || !fits_program(&split, event.kind)) {
		l->counts.kinds[EVENT_NOISE]++;
		return;
	}
	said.time_us = logtime_of(&l->time, split.when);
	if (said.time_us == TIME_UNKNOWN) {
		l->counts.unrecognised++;
		return;
	}
	l->counts.kinds[event.kind]++;
	if (l->now_us < said.time_us) {
		l->now_us = said.time_us;
		outbox_advance(&l->outbox, l->now_us);
	}
	take_event(l, &said);
}

void
sessionlog_end(struct sessionlog *l)
{
	while (l->table.oldest)
		give_up(l, l->table.oldest);
	outbox_flush(&l->outbox);
}
