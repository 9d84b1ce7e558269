/* SPDX-License-Identifier: GPL-3.0-or-later */
/* postscreen's part of a sessionlog.  One postscreen process serves all clients at once, so its
 * sessions are told apart by the client's endpoint; tlsproxy's line about TLS finds them by that
 * alone.
 *
 * Most clients go on to an smtpd after some tests, and are its sessions: then there is no record of
 * postscreen's.  Who went on is not always said (a failed test may be ignored), who did not is: by
 * a DISCONNECT, a reject, a limit, or by a dialogue that goes beyond the greeting. */
#include "sessionparse/dialogue.h"
#include "sessionparse/sessionlog_parts.h"

enum { LOOK_MIN = 256 }; /* open sessions at which forgotten ones are looked for at the earliest */

#define MINUTE_US (INT64_C(60) * 1000000)

/* Once postscreen has passed a client, it gives smtpd 100 seconds to take it. */
static const int64_t PASSED_MAX_US = 2 * MINUTE_US;
/* Its tests before the greeting take 10 seconds; then only a client's commands are waited for. */
static const int64_t UNDECIDED_MAX_US = 10 * MINUTE_US;
static const int64_t SILENCE_MAX_US = 1440 * MINUTE_US;

bool
sessionlog_is_screen(const struct logline *line, const struct logevent *e)
{
	struct span daemon = logline_daemon(line);

	switch (e->kind) {
	case EVENT_TLS:
	case EVENT_TLS_ERROR: return line->tag_is_cut || span_eq(daemon, SPAN_LIT("tlsproxy"));
	case EVENT_CLIENT_SAYS:
	case EVENT_SERVER_SAYS:
	case EVENT_REFUSED:
	case EVENT_REJECT:
	case EVENT_SCREEN_CONNECT:
	case EVENT_SCREEN_FAILED:
	case EVENT_SCREEN_PASSED:
	case EVENT_SCREEN_HANGUP:
	case EVENT_SCREEN_DISCONNECT:
		return line->tag_is_cut || span_eq(daemon, SPAN_LIT("postscreen"));
	default: return false;
	}
}

static bool
is_forgotten(const struct session *s, int64_t now_us)
{
	int64_t max_us = s->screen.decided  ? SILENCE_MAX_US
			 : s->screen.passed ? PASSED_MAX_US
					    : UNDECIDED_MAX_US;

	return s->t_last < now_us - max_us;
}

/* The session is over: it is written if it was postscreen's. */
static void
finish(struct sessionlog *l, struct session *s)
{
	session_table_close(&l->screened, s);
	if (s->screen.decided)
		sessionlog_over(l, s);
	else
		session_free(s);
}

static void
give_up(struct sessionlog *l, struct session *s)
{
	session_close(s);
	finish(l, s);
}

/* Looks through all of them whenever twice as many are open as the last look left, which is as much
 * work as opening them was. */
static void
give_up_forgotten(struct sessionlog *l, int64_t now_us)
{
	struct session *s = l->screened.oldest, *next;

	if (l->screened.sessions_n >= SESSIONS_OPEN_MAX) {
		s->limits |= LIMIT_SESSIONS;
		give_up(l, s);
	}
	if (l->screened.sessions_n < l->screened_n_max)
		return;
	for (s = l->screened.oldest; s; s = next) {
		next = s->newer;
		if (is_forgotten(s, now_us))
			give_up(l, s);
	}
	l->screened_n_max = 2 * l->screened.sessions_n + LOOK_MIN;
}

static struct session *
find_session(struct sessionlog *l, const struct said *said)
{
	const struct logline *line = said->line;
	struct span endpoint = said->event->client.endpoint;
	struct session *s =
	    session_table_find(&l->screened, line->host, line->tag, line->pid, endpoint);

	/* Whether it was looked for already must not matter. */
	if (s && is_forgotten(s, said->time_us)) {
		give_up(l, s);
		return NULL;
	}
	return s;
}

static struct session *
open_session(struct sessionlog *l, const struct said *said)
{
	const struct logline *line = said->line;
	const struct logevent_client *client = &said->event->client;
	struct session *s;

	give_up_forgotten(l, said->time_us);
	s = session_table_open(
	    &l->screened, line->host, line->tag, line->pid, client->endpoint, said->time_us);
	session_set_client(s, SPAN_LIT(""), client->ip);
	return s;
}

static void
take_failure(struct session *s, const struct logevent *e)
{
	s->screen.failed |= 1u << e->test;
	switch (e->test) {
	case SCREEN_DENYLISTED:
	case SCREEN_ALLOWLIST_VETO:
	case SCREEN_PREGREET: return; /* may be ignored, and then smtpd gets the client */
	case SCREEN_DNSBL: s->screen.dnsbl_rank = e->number; return;
	case SCREEN_TIME_LIMIT: dialogue_ended(s, END_TIMEOUT, e->after); break;
	case SCREEN_COUNT_LIMIT:
	case SCREEN_LENGTH_LIMIT:
	case SCREEN_NO_RCPT: dialogue_ended(s, END_SCREENED, e->after); break;
	default: break;
	}
	s->screen.decided = true;
}

/* The last command as smtpd would name it; nothing without the dialogue. */
static struct span
last_command(struct session *s)
{
	char *name;
	size_t n = s->dialogue_n;
	struct span word;

	while (n && s->dialogue[n - 1].who != 'C')
		n--;
	if (!n)
		return s->lines ? SPAN_LIT("CONNECT") : (struct span){NULL, 0};
	word = span_trim(s->dialogue[n - 1].text);
	word.n = span_find(word, ' ');
	if (command_parse(word).verb == VERB_NONE)
		return SPAN_LIT("UNKNOWN");
	name = arena_dup(s->arena, word);
	for (size_t i = 0; i < word.n; i++)
		if (name[i] >= 'a' && name[i] <= 'z')
			name[i] = (char)(name[i] - 'a' + 'A');
	return (struct span){name, word.n};
}

static void
take_hangup(struct session *s, struct span when)
{
	bool early = span_starts(when, SPAN_LIT("before"));

	s->screen.decided = true;
	dialogue_ended(s, END_LOST, early ? SPAN_LIT("CONNECT") : last_command(s));
}

/* The argument of HELO or EHLO as the dialogue would show it. */
static struct span
helo_shown(struct sessionlog *l, struct session *s, struct span helo)
{
	struct redact fresh = {.answers = false};
	struct command command;

	buf_clear(&l->head);
	buf_puts(&l->head, "EHLO ");
	buf_put(&l->head, helo);
	command = command_parse(buf_span(&l->head));
	if (!l->params.keep_auth)
		command =
		    command_parse(redact_line(&fresh, buf_span(&l->head), &command, &l->redacted));
	return arena_span(s->arena, command.arg);
}

/* A refused recipient, where the dialogue does not tell of it. */
static void
take_reject(struct sessionlog *l, struct session *s, struct span text)
{
	struct screen_reject reject;
	struct session_mail *m = s->last_mail;

	s->screen.decided = true;
	if (s->lines || !grammar_screen_reject(l->grammar, text, &reject))
		return;
	s->helo = helo_shown(l, s, reject.helo);
	s->esmtp = reject.esmtp;
	if (!m || !span_eq(m->from, reject.from)) {
		m = session_add_mail(s);
		if (!m)
			return;
		m->from = arena_span(s->arena, reject.from);
		if (!s->first_from.p)
			s->first_from = m->from;
	}
	session_add_rcpt(m, arena_span(s->arena, reject.to), reject.code);
}

/* "250-mx1.example.net??250-SIZE 1000??250 CHUNKING": the lines of a reply, whose CRLF are two
 * question marks. */
static void
take_reply(struct sessionlog *l, struct session *s, struct span text)
{
	struct span code = {text.p, text.n < 3 ? text.n : 3};

	while (text.p) {
		struct span line = text;
		const char *at = text.p;

		text = (struct span){NULL, 0};
		while ((at = memmem(at, (size_t)(line.p + line.n - at), "??", 2)) != NULL) {
			struct span rest = span_from(line, (size_t)(at - line.p) + 2);

			if (rest.n > 3 && code.n == 3 && span_starts(rest, code) &&
			    (rest.p[3] == '-' || rest.p[3] == ' ')) {
				line.n = (size_t)(at - line.p);
				text = rest;
				break;
			}
			at++;
		}
		dialogue_server(s, line, l->params.keep_auth, &l->redacted);
	}
	if (s->last_code)
		s->screen.decided = true;
}

static void
take_disconnect(struct sessionlog *l, struct session *s, const struct said *said)
{
	s->screen.decided = true;
	s->t_end = said->time_us;
	s->complete = s->t_connect != TIME_UNKNOWN;
	give_up(l, s);
}

static void
take_screen_event(struct sessionlog *l, struct session *s, const struct said *said)
{
	const struct logevent *e = said->event;
	struct span shown = {NULL, 0};

	session_table_touch(&l->screened, s, said->time_us);
	if (e->kind == EVENT_CLIENT_SAYS)
		shown = dialogue_client(s, e->text, l->params.keep_auth, &l->redacted);
	else if (e->kind == EVENT_SCREEN_FAILED && e->text.p && !l->params.keep_auth)
		shown = redact_escaped(e->text, e->after, &l->redacted, &l->head);
	sessionlog_keep_raw(l, s, said, shown);
	switch (e->kind) {
	case EVENT_CLIENT_SAYS: s->screen.decided = true; break;
	case EVENT_SERVER_SAYS: take_reply(l, s, e->text); break;
	case EVENT_SCREEN_FAILED: take_failure(s, e); break;
	case EVENT_SCREEN_PASSED: s->screen.passed = true; break;
	case EVENT_SCREEN_HANGUP: take_hangup(s, e->text); break;
	case EVENT_REJECT: take_reject(l, s, e->text); break;
	case EVENT_REFUSED: s->screen.decided = s->refused = true; break;
	case EVENT_SCREEN_DISCONNECT: take_disconnect(l, s, said); break;
	default: break;
	}
}

/* tlsproxy has a pid of its own.  Only who talks to postscreen itself talks TLS to it. */
static void
take_tls(struct sessionlog *l, const struct said *said)
{
	struct session *s = session_table_find_endpoint(
	    &l->screened, said->line->host, said->event->client.endpoint);

	if (!s)
		return;
	session_table_touch(&l->screened, s, said->time_us);
	sessionlog_keep_raw(l, s, said, (struct span){NULL, 0});
	sessionlog_take_tls(l, s, said->event);
	s->screen.decided = true;
}

void
sessionlog_screen(struct sessionlog *l, const struct said *said)
{
	const struct logevent *e = said->event;
	struct session *s;

	if (e->kind == EVENT_TLS || e->kind == EVENT_TLS_ERROR) {
		take_tls(l, said);
		return;
	}
	s = find_session(l, said);
	if (e->kind == EVENT_SCREEN_CONNECT) {
		if (s)
			give_up(l, s);
		s = open_session(l, said);
		s->t_connect = said->time_us;
		s->screen.server = arena_span(s->arena, e->text);
		sessionlog_keep_raw(l, s, said, (struct span){NULL, 0});
		return;
	}
	if (!s) {
		/* A client that has passed is not postscreen's any more.  With the daemon's name
		 * cut off, a DISCONNECT may be tlsproxy's, which comes later. */
		if (e->kind == EVENT_SCREEN_PASSED ||
		    (e->kind == EVENT_SCREEN_DISCONNECT && said->line->tag_is_cut))
			return;
		s = open_session(l, said);
		redact_start_missing(&s->redact);
	}
	take_screen_event(l, s, said);
}

void
sessionlog_screen_gone(
    struct sessionlog *l, const struct said *said, int64_t pid, struct span instance)
{
	struct session *s = l->screened.oldest, *next;

	for (; s; s = next) {
		next = s->newer;
		if (!span_eq(s->host, said->line->host) ||
		    (pid >= 0 ? s->pid != pid : !span_eq(logline_instance(s->service), instance)))
			continue;
		if (pid >= 0) {
			s->t_end = s->t_last = said->time_us;
			s->complete = s->t_connect != TIME_UNKNOWN;
		}
		s->end = END_KILLED;
		s->end_after = (struct span){NULL, 0};
		finish(l, s);
	}
}

void
sessionlog_screen_end(struct sessionlog *l)
{
	while (l->screened.oldest)
		give_up(l, l->screened.oldest);
}
