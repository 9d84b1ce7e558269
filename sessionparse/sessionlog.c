/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "sessionparse/dialogue.h"
#include "sessionparse/logline.h"
#include "sessionparse/sessionlog_parts.h"

enum {
	DIALOGUE_LINE_MAX = REDACT_GROWTH_MAX * SESSIONLOG_LINE_MAX,
};

static const int64_t SILENCE_MAX_US =
    INT64_C(86400) * 1000000; /* smtpd gives a client up long before */

/* Nobody waits any more for what may still be said of its mails. */
static void
drop_session(void *state, struct session *s)
{
	struct sessionlog *l = state;

	for (struct session_mail *m = s->mails; m; m = m->next)
		queue_remove(&l->queue, m);
	session_free(s);
}

static void
count_dialogue(struct sessionlog *l, const struct session *s)
{
	bool silent = s->lines == 0;

	if (s->screen.endpoint.p)
		return; /* postscreen logs a dialogue with -v alone */
	for (const struct session_mail *m = s->mails; m; m = m->next)
		l->counts.mails_without_dialogue += silent;
	if (!s->complete || (!s->mails && session_counter(s, SPAN_LIT("mail")) < 1))
		return;
	l->counts.with_mail++;
	l->counts.silent += silent;
}

static void
write_session(void *state, struct session *s)
{
	struct sessionlog *l = state;

	l->counts.sessions++;
	l->counts.incomplete += !s->complete;
	count_dialogue(l, s);
	if (s->awaited && l->params.change) {
		s->limits |= LIMIT_HELD;
		l->params.write(l->params.state, s);
		awaiting_add(&l->awaiting, s);
		return;
	}
	l->params.write(l->params.state, s);
	drop_session(l, s);
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
	l->time.no_limit = l->time.no_limit || params->year_given;
	session_table_init(&l->table);
	session_table_init(&l->screened);
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
	buf_init(&l->head, SESSIONLOG_LINE_MAX + DIALOGUE_LINE_MAX);
	return l;
}

void
sessionlog_free(struct sessionlog *l)
{
	if (!l)
		return;
	l->outbox.write = drop_session;
	outbox_flush(&l->outbox);
	while (l->awaiting.oldest)
		drop_session(l, awaiting_take_oldest(&l->awaiting));
	session_table_free(&l->table);
	session_table_free(&l->screened);
	queue_free(&l->queue);
	grammar_free(l->grammar);
	buf_free(&l->unescaped);
	buf_free(&l->redacted);
	buf_free(&l->head);
	free(l);
}

const struct sessionlog_counts *
sessionlog_counts(const struct sessionlog *l)
{
	return &l->counts;
}

/* What the queue has to say of it is all that may come. */
void
sessionlog_over(struct sessionlog *l, struct session *s)
{
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

static void
finish(struct sessionlog *l, struct session *s)
{
	session_table_close(&l->table, s);
	sessionlog_over(l, s);
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
	struct session *s = m->session;

	queue_remove(&l->queue, m);
	if (!s->ended || !s->awaited)
		return;
	s->awaited--;
	if (!s->written) {
		outbox_advance(&l->outbox, l->now_us);
	} else if (!s->awaited) {
		awaiting_remove(&l->awaiting, s);
		s->limits &= ~(unsigned)LIMIT_HELD;
		l->params.change(l->params.state, s);
		drop_session(l, s);
	}
}

/* Postfix repeats there what the client has just said. */
static bool
may_repeat(enum logevent_kind kind)
{
	return kind == EVENT_NON_SMTP || kind == EVENT_SASL_FAILED || kind == EVENT_REJECT ||
	       kind == EVENT_REFUSED;
}

void
sessionlog_keep_raw(
    struct sessionlog *l, struct session *s, const struct said *said, struct span shown)
{
	const struct logline *line = said->line;
	struct span text = line->text;
	size_t secret_at;

	if (!l->params.keep_raw)
		return;
	buf_clear(&l->head);
	if (said->raw.p) {
		buf_put(&l->head, (struct span){said->raw.p, (size_t)(text.p - said->raw.p)});
	} else {
		buf_put(&l->head, line->when);
		buf_putc(&l->head, ' ');
		buf_put(&l->head, line->host);
		buf_putc(&l->head, ' ');
		buf_put(&l->head, line->tag);
		buf_printf(&l->head, "[%lld]: ", (long long)line->pid);
	}
	if (shown.p) {
		buf_put(&l->head, (struct span){text.p, (size_t)(said->event->text.p - text.p)});
		session_keep_raw(s, buf_span(&l->head), shown);
		return;
	}
	secret_at = l->params.keep_auth ? text.n : redact_helo_at(text);
	text.n = secret_at;
	if (!l->params.keep_auth && may_repeat(said->event->kind))
		text = redact_reply(&s->redact, text, &l->redacted);
	buf_put(&l->head, text);
	session_keep_raw(s, buf_span(&l->head),
	    secret_at < line->text.n ? SPAN_LIT(" " REDACTED) : (struct span){NULL, 0});
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
	s = session_table_open(
	    &l->table, line->host, line->tag, line->pid, NO_ENDPOINT, said->time_us);
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

void
sessionlog_take_tls(struct sessionlog *l, struct session *s, const struct logevent *e)
{
	struct session_tls tls;

	if (e->kind == EVENT_TLS_ERROR) {
		s->has_tls = true;
		s->tls.error = arena_span(s->arena, e->text);
		return;
	}
	if (!grammar_tls(l->grammar, e->text, &tls))
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
	struct span shown = {NULL, 0};

	session_table_touch(&l->table, s, said->time_us);
	if (s->xclient && e->client.name.p)
		follow_client(s, &e->client);
	if (e->kind == EVENT_CLIENT_SAYS) {
		shown = dialogue_client(s, e->text, l->params.keep_auth, &l->redacted);
	} else if (e->kind == EVENT_SERVER_SAYS) {
		shown = dialogue_server(s, e->text, l->params.keep_auth, &l->redacted);
		register_mail(l, s);
	}
	sessionlog_keep_raw(l, s, said, shown);
	switch (e->kind) {
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
	case EVENT_TLS:
	case EVENT_TLS_ERROR: sessionlog_take_tls(l, s, e); break;
	case EVENT_SASL_FAILED: take_sasl_failure(s, e->text); break;
	default: break; /* a reject tells that there is a session; the dialogue tells the rest */
	}
}

static void
take_smtpd(struct sessionlog *l, const struct said *said)
{
	const struct logline *line = said->line;
	const struct logevent *e = said->event;
	struct session *s =
	    session_table_find(&l->table, line->host, line->tag, line->pid, NO_ENDPOINT);

	if (e->kind == EVENT_CONNECT) {
		/* Any session of this pid is gone, be it of another tag. */
		while ((s = session_table_find_pid(&l->table, line->host, line->pid)) != NULL)
			give_up(l, s);
		s = open_session(l, said);
		s->t_connect = said->time_us;
		sessionlog_keep_raw(l, s, said, (struct span){NULL, 0});
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
take_delivery(struct sessionlog *l, struct session_mail *m, struct span text, int64_t time_us)
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
	if (m->session->written && l->params.late)
		l->params.late(l->params.state, m, kept, time_us);
}

static void
take_queue(struct sessionlog *l, const struct said *said)
{
	const struct logevent *e = said->event;
	struct session_mail *m = queue_find(&l->queue, said->line->host, e->queue_id);
	struct span from;

	if (!m)
		return; /* not from a session that we know */
	m->session->changed = true;
	switch (e->kind) {
	case EVENT_MESSAGE_ID:
		if (!m->message_id.p)
			m->message_id = arena_span(m->session->arena, e->text);
		break;
	case EVENT_QUEUED:
		if (grammar_queued(l->grammar, e->text, &from, &m->size) && !m->from.p)
			m->from = arena_span(m->session->arena, from);
		break;
	case EVENT_DELIVERY: take_delivery(l, m, e->text, said->time_us); break;
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
	struct span host = said->line->host;
	struct session *s;

	sessionlog_screen_gone(l, said, said->event->number, (struct span){NULL, 0});
	/* Any session of this pid is gone, be it of another tag. */
	while ((s = session_table_find_pid(&l->table, host, said->event->number)) != NULL) {
		s->t_end = s->t_last = said->time_us;
		s->complete = s->t_connect != TIME_UNKNOWN;
		kill_session(l, s);
	}
}

/* Whatever this instance served before is gone, without a line. */
static void
take_master_started(struct sessionlog *l, const struct said *said)
{
	struct span instance = logline_instance(said->line->tag);
	struct session *s = l->table.oldest, *next;

	sessionlog_screen_gone(l, said, -1, instance);
	for (; s; s = next) {
		next = s->newer;
		if (span_eq(s->host, said->line->host) &&
		    span_eq(logline_instance(s->service), instance))
			kill_session(l, s);
	}
}

void
sessionlog_take(struct sessionlog *l, const struct said *said)
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
	default:
		if (said->event->client.endpoint.p)
			sessionlog_screen(l, said);
		else
			take_smtpd(l, said);
		break;
	}
}

void
sessionlog_commit(struct sessionlog *l)
{
	struct session *s;

	outbox_flush(&l->outbox);
	while ((s = l->awaiting.oldest) != NULL && (s->t_last < l->now_us - l->params.hold_us ||
						       l->awaiting.octets > SESSIONLOG_HELD_MAX)) {
		awaiting_remove(&l->awaiting, s);
		if (s->changed)
			l->params.change(l->params.state, s);
		drop_session(l, s);
	}
	for (s = l->awaiting.oldest; s; s = s->newer) {
		if (s->changed)
			l->params.change(l->params.state, s);
		s->changed = false;
	}
}

void
sessionlog_end(struct sessionlog *l)
{
	while (l->table.oldest)
		give_up(l, l->table.oldest);
	sessionlog_screen_end(l);
	outbox_flush(&l->outbox);
}
