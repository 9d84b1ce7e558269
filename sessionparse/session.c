/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/session.h"

#include "base/cursor.h"

enum { COUNTER_NAME_MAX = 40 };

struct session *
session_new(struct span host, struct span service, int64_t pid)
{
	struct arena *a = arena_new();
	struct session *s = arena_alloc(a, sizeof *s);

	s->arena = a;
	s->host = arena_span(a, host);
	s->service = arena_span(a, service);
	s->pid = pid;
	s->t_connect = s->t_end = s->t_first = s->t_last = TIME_UNKNOWN;
	sha256_init(&s->digest);
	return s;
}

void
session_free(struct session *s)
{
	if (s)
		arena_free(s->arena);
}

void
session_set_id(struct session *s, int64_t time_us, unsigned same_n)
{
	struct buf key;
	char hex[SHA256_HEX_LEN + 1];

	buf_init(&key, 1000);
	buf_put(&key, s->host);
	buf_putc(&key, '\0');
	buf_put(&key, s->service);
	buf_putc(&key, '\0');
	buf_printf(&key, "%lld %lld %u", (long long)s->pid, (long long)time_us, same_n);
	buf_put(&key, s->screen.endpoint);
	sha256_hex_of(buf_span(&key), hex);
	memcpy(s->id, hex, SESSION_ID_LEN);
	buf_free(&key);
}

void
session_set_client(struct session *s, struct span name, struct span ip)
{
	s->client_name = arena_span(s->arena, name);
	s->client_ip = arena_span(s->arena, ip);
}

/* Room for one more element behind n.  Arrays double whenever their length is a power of two, so
 * that no second number need be kept beside each. */
static void *
grow(struct session *s, void *array, size_t n, size_t size)
{
	if (n & (n - 1))
		return array;
	return arena_grow(s->arena, array, n, n ? 2 * n : 1, size);
}

struct session_mail *
session_add_mail(struct session *s)
{
	struct session_mail *m;

	if (s->mails_n == SESSION_MAILS_MAX) {
		s->limits |= LIMIT_MAILS;
		return NULL;
	}
	m = arena_alloc(s->arena, sizeof *m);
	m->session = s;
	m->size = -1;
	if (s->last_mail)
		s->last_mail->next = m;
	else
		s->mails = m;
	s->last_mail = m;
	s->mails_n++;
	return m;
}

void
session_add_rcpt(struct session_mail *m, struct span address, int code)
{
	if (m->rcpts_n == SESSION_RCPTS_MAX) {
		m->session->limits |= LIMIT_RCPTS;
		return;
	}
	m->rcpts = grow(m->session, m->rcpts, m->rcpts_n, sizeof *m->rcpts);
	m->rcpts[m->rcpts_n++] = (struct session_rcpt){address, code};
}

struct session_delivery *
session_add_delivery(struct session_mail *m)
{
	if (m->deliveries_n == SESSION_DELIVERIES_MAX) {
		m->session->limits |= LIMIT_DELIVERIES;
		return NULL;
	}
	m->deliveries = grow(m->session, m->deliveries, m->deliveries_n, sizeof *m->deliveries);
	return &m->deliveries[m->deliveries_n++];
}

void
session_add_notice(struct session_mail *m, struct span queue_id)
{
	if (m->notices_n == SESSION_DELIVERIES_MAX) {
		m->session->limits |= LIMIT_DELIVERIES;
		return;
	}
	m->notices = grow(m->session, m->notices, m->notices_n, sizeof *m->notices);
	m->notices[m->notices_n++] = arena_span(m->session->arena, queue_id);
}

void
session_keep_raw(struct session *s, struct span head, struct span text)
{
	size_t n = head.n + text.n + 1;
	char *end;

	if (s->limits & LIMIT_RAW || s->raw_n + n > SESSION_RAW_MAX) {
		s->limits |= LIMIT_RAW;
		return;
	}
	if (s->raw_room - s->raw_n < n) {
		s->raw_room = 2 * (s->raw_room + n);
		s->raw = arena_grow(s->arena, s->raw, s->raw_n, s->raw_room, 1);
	}
	end = s->raw + s->raw_n;
	memcpy(end, head.p, head.n);
	if (text.n)
		memcpy(end + head.n, text.p, text.n);
	end[n - 1] = '\n';
	s->raw_n += n;
}

void
session_accept(struct session *s, struct span queue_id, struct span mech)
{
	struct session_mail *m = s->mail;

	if (mech.n) {
		s->has_auth = s->auth_ok = true;
		s->auth_mech = arena_span(s->arena, mech);
	}
	if (!queue_id.n)
		return;
	if (s->pending.verb == VERB_MAIL) {
		/* smtpd_delay_open_until_valid_rcpt = no: the queue file is made at MAIL. */
		s->early_queue_id = arena_span(s->arena, queue_id);
		return;
	}
	if (!m || m->queue_id.n)
		m = s->mail =
		    session_add_mail(s); /* MAIL was not logged, or before the log began */
	if (m) {
		m->queue_id = arena_span(s->arena, queue_id);
		s->to_queue = m;
	}
}

int64_t
session_counter(const struct session *s, struct span name)
{
	for (size_t i = 0; i < s->counters_n; i++)
		if (span_eq(s->counters[i].name, name))
			return s->counters[i].good;
	return -1;
}

static bool
has_counter(const struct session *s, struct span name)
{
	return session_counter(s, name) >= 0;
}

static bool
is_counter_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

void
session_set_counters(struct session *s, struct span text)
{
	struct cursor c = cursor_on(text);

	cur_blanks(&c, text.n);
	while (c.rest.n && s->counters_n < SESSION_COUNTERS_MAX) {
		struct session_counter counter = {
		    .name = cur_run(&c, is_counter_char, COUNTER_NAME_MAX)};

		cur_literal(&c, SPAN_LIT("="));
		if (span_eq(counter.name, SPAN_LIT("notes"))) {
			s->notes = arena_span(s->arena, span_trim(cur_rest(&c)));
			return;
		}
		counter.good = counter.all = (int64_t)cur_number(&c, 12);
		if (cur_maybe(&c, SPAN_LIT("/")))
			counter.all = (int64_t)cur_number(&c, 12);
		cur_blanks(&c, c.rest.n);
		if (c.failed || !counter.name.n || has_counter(s, counter.name))
			return;
		counter.name = arena_span(s->arena, counter.name);
		s->counters = grow(s, s->counters, s->counters_n, sizeof *s->counters);
		s->counters[s->counters_n++] = counter;
	}
}

/* Postfix logs a reason for every way a client may leave but one: after the final reply to a
 * message. */
static bool
left_after_message(const struct session *s)
{
	if (s->t_end == TIME_UNKNOWN)
		return false; /* it may still be there */
	if (s->lines)
		return s->at_end_of_message;
	return has_counter(s, SPAN_LIT("data")) || has_counter(s, SPAN_LIT("bdat"));
}

void
session_close(struct session *s)
{
	if (s->refused) {
		s->end = END_REFUSED;
		s->end_after = (struct span){NULL, 0};
	} else if (s->end != END_OTHER) {
		return; /* the log had a reason line */
	} else if (s->non_smtp) {
		s->end = END_NON_SMTP;
	} else if (s->quit || session_counter(s, SPAN_LIT("quit")) > 0) {
		s->end = END_QUIT;
	} else if (left_after_message(s)) {
		s->end = END_LOST;
		s->end_after = SPAN_LIT("END-OF-MESSAGE");
	} else if (s->t_end != TIME_UNKNOWN && s->screen.endpoint.p &&
		   (s->screen.failed || s->mails || s->lines)) {
		s->end = END_SCREENED;
	}
}

bool
session_mail_is_awaited(const struct session_mail *m)
{
	const struct session *s = m->session;

	if (!m->queue_id.n || m->removed)
		return false;
	if (m->code)
		return m->code / 100 == 2;
	if (m->size >= 0)
		return true;
	if (m->in_dialogue)
		return false; /* given up before its end */
	if (s->counters)
		return session_counter(s, SPAN_LIT("data")) > 0 ||
		       session_counter(s, SPAN_LIT("bdat")) > 0;
	return m->message_id.p != NULL;
}
