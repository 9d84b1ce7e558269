/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/session_codec.h"

static void
code_tls(struct codec *c, struct session_tls *tls)
{
	code_span(c, &tls->protocol);
	code_span(c, &tls->cipher);
	code_span(c, &tls->trust);
	code_span(c, &tls->sni);
	code_span(c, &tls->error);
	code_int(c, &tls->bits);
}

static void
code_delivery(struct codec *c, struct session_delivery *d)
{
	code_span(c, &d->to);
	code_span(c, &d->orig_to);
	code_span(c, &d->relay);
	code_span(c, &d->dsn);
	code_span(c, &d->status);
	code_span(c, &d->text);
	code_span(c, &d->delay);
}

static void
code_mail(struct codec *c, struct session_mail *m)
{
	struct session_rcpt rcpt;
	struct session_delivery delivery, *kept;
	struct span notice;
	size_t n;

	code_bool(c, &m->in_dialogue);
	code_span(c, &m->from);
	CODE_ENUM(c, &m->data, DATA_BDAT);
	code_int(c, &m->code);
	code_span(c, &m->queue_id);
	code_span(c, &m->message_id);
	code_i64(c, &m->size);
	code_bool(c, &m->removed);
	code_bool(c, &m->in_queue);

	n = m->rcpts_n;
	code_count(c, &n, SESSION_RCPTS_MAX);
	for (size_t i = 0; i < n && !c->in.failed; i++) {
		rcpt = c->out ? m->rcpts[i] : (struct session_rcpt){0};
		code_span(c, &rcpt.address);
		code_int(c, &rcpt.code);
		if (!c->out)
			session_add_rcpt(m, rcpt.address, rcpt.code);
	}
	n = m->deliveries_n;
	code_count(c, &n, SESSION_DELIVERIES_MAX);
	for (size_t i = 0; i < n && !c->in.failed; i++) {
		delivery = c->out ? m->deliveries[i] : (struct session_delivery){0};
		code_delivery(c, &delivery);
		kept = c->out ? NULL : session_add_delivery(m);
		if (kept)
			*kept = delivery;
	}
	n = m->notices_n;
	code_count(c, &n, SESSION_DELIVERIES_MAX);
	for (size_t i = 0; i < n && !c->in.failed; i++) {
		notice = c->out ? m->notices[i] : (struct span){NULL, 0};
		code_span(c, &notice);
		if (!c->out)
			session_add_notice(m, notice);
	}
}

static void
code_mails(struct codec *c, struct session *s)
{
	struct session_mail *m = s->mails;
	size_t n = s->mails_n;

	code_count(c, &n, SESSION_MAILS_MAX);
	for (size_t i = 0; i < n && !c->in.failed; i++) {
		if (!c->out)
			m = session_add_mail(s);
		code_mail(c, m);
		m = m->next;
	}
}

/* A pointer to one of the session's mails, as its place in the list; 0: NULL. */
static void
code_mail_pointer(struct codec *c, const struct session *s, struct session_mail **pointer)
{
	struct session_mail *m = s->mails;
	uint64_t place = 0, at = 1;

	if (c->out && *pointer)
		for (place = 1; m != *pointer; m = m->next)
			place++;
	code_u64(c, &place);
	if (c->out)
		return;
	for (m = s->mails; m && at < place; at++)
		m = m->next;
	if (place && !m)
		cur_fail(&c->in);
	*pointer = place ? m : NULL;
}

static void
code_counters(struct codec *c, struct session *s)
{
	size_t n = s->counters_n;

	code_count(c, &n, SESSION_COUNTERS_MAX);
	if (!c->out && n) {
		s->counters = arena_alloc(s->arena, SESSION_COUNTERS_MAX * sizeof *s->counters);
		s->counters_n = n;
	}
	for (size_t i = 0; i < n; i++) {
		code_span(c, &s->counters[i].name);
		code_i64(c, &s->counters[i].good);
		code_i64(c, &s->counters[i].all);
	}
}

static void
code_screen(struct codec *c, struct session_screen *screen)
{
	code_span(c, &screen->endpoint);
	code_span(c, &screen->server);
	code_uint(c, &screen->failed);
	code_i64(c, &screen->dnsbl_rank);
	code_bool(c, &screen->passed);
	code_bool(c, &screen->decided);
}

static void
code_dialogue(struct codec *c, struct session *s)
{
	size_t n = s->dialogue_n, octets = s->dialogue_octets;

	code_count(c, &n, SESSION_LINES_MAX);
	code_count(c, &octets, SESSION_DIALOGUE_MAX);
	if (!c->out) {
		s->dialogue = arena_alloc(s->arena, n * sizeof *s->dialogue);
		s->dialogue_n = s->dialogue_room = n;
		s->dialogue_octets = octets;
	}
	for (size_t i = 0; i < n; i++) {
		code_octets(c, &s->dialogue[i].who, 1);
		code_span(c, &s->dialogue[i].text);
	}
	code_u64(c, &s->lines);
	for (int i = 0; i < 8; i++)
		code_uint(c, &s->digest.h[i]);
	code_u64(c, &s->digest.n);
	code_octets(c, s->digest.block, sizeof s->digest.block);
}

static void
code_redact(struct codec *c, struct session *s)
{
	struct secret_trace trace = s->redact.trace;

	code_bool(c, &s->redact.answers);
	code_bool(c, &s->redact.in_auth);
	code_bool(c, &s->redact.start_missing);
	if (c->out && s->redact.secret.n)
		secret_trace_set(&trace, s->redact.secret, &rng_system);
	secret_trace_code(c, &trace);
	if (!c->out)
		s->redact.trace = trace;
}

static void
code_raw(struct codec *c, struct session *s)
{
	struct span raw = {s->raw_n ? s->raw : NULL, s->raw_n};

	code_span(c, &raw);
	if (c->out || !raw.n)
		return;
	s->raw = arena_dup(s->arena, raw);
	s->raw_n = s->raw_room = raw.n;
}

static void
code_session(struct codec *c, struct session *s)
{
	code_octets(c, s->id, sizeof s->id);
	code_span(c, &s->client_name);
	code_span(c, &s->client_ip);
	code_span(c, &s->first_name);
	code_span(c, &s->first_ip);
	code_i64(c, &s->t_connect);
	code_i64(c, &s->t_end);
	code_i64(c, &s->t_first);
	code_i64(c, &s->t_last);
	code_span(c, &s->helo);
	code_bool(c, &s->esmtp);
	code_bool(c, &s->has_tls);
	code_tls(c, &s->tls);
	code_bool(c, &s->has_auth);
	code_bool(c, &s->auth_ok);
	code_span(c, &s->auth_mech);
	code_span(c, &s->first_from);
	code_mails(c, s);
	CODE_ENUM(c, &s->end, END_KINDS - 1);
	code_span(c, &s->end_after);
	code_bool(c, &s->complete);
	code_counters(c, s);
	code_span(c, &s->notes);
	code_screen(c, &s->screen);
	code_uint(c, &s->limits);
	code_dialogue(c, s);

	CODE_ENUM(c, &s->pending.verb, VERB_OTHER);
	code_span(c, &s->pending.arg);
	code_bool(c, &s->pending.last);
	code_bool(c, &s->in_message);
	code_bool(c, &s->at_end_of_message);
	code_bool(c, &s->greeted);
	code_bool(c, &s->refused);
	code_bool(c, &s->quit);
	code_bool(c, &s->non_smtp);
	code_bool(c, &s->xclient);
	code_int(c, &s->last_code);
	code_mail_pointer(c, s, &s->mail);
	code_mail_pointer(c, s, &s->answered);
	code_mail_pointer(c, s, &s->to_queue);
	code_span(c, &s->early_queue_id);
	code_redact(c, s);
	code_raw(c, s);
	code_bool(c, &s->ended);
	code_bool(c, &s->written);
	code_span(c, &s->file);
}

void
session_code_write(struct codec *c, struct session *s)
{
	code_span(c, &s->host);
	code_span(c, &s->service);
	code_i64(c, &s->pid);
	code_session(c, s);
}

struct session *
session_code_read(struct codec *c)
{
	struct span host, service;
	struct session *s;
	int64_t pid;

	c->arena = arena_new();
	code_span(c, &host);
	code_span(c, &service);
	code_i64(c, &pid);
	s = session_new(host, service, pid);
	arena_free(c->arena);
	c->arena = s->arena;
	code_session(c, s);
	s->id[SESSION_ID_LEN] = '\0';
	if (!c->in.failed)
		return s;
	session_free(s);
	return NULL;
}
