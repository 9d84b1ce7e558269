/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/dialogue.h"

#include "base/cursor.h"
#include "sessionparse/logevent.h"

enum { LINES_FIRST_ROOM = 32 };

static bool
has_room(const struct session *s, struct span text)
{
	return s->dialogue_n < SESSION_LINES_MAX &&
	       s->dialogue_octets + text.n <= SESSION_DIALOGUE_MAX;
}

/* The line as it is hashed, "C TEXT\n", lies in the arena; the text within it is what the record
 * shows. */
static void
keep_line(struct session *s, char who, struct span text)
{
	char *line = arena_alloc(s->arena, text.n + 3);

	line[0] = who;
	line[1] = ' ';
	if (text.n)
		memcpy(line + 2, text.p, text.n);
	line[text.n + 2] = '\n';
	sha256_add(&s->digest, (struct span){line, text.n + 3});

	if (s->dialogue_n == s->dialogue_room) {
		s->dialogue_room = s->dialogue_room ? 2 * s->dialogue_room : LINES_FIRST_ROOM;
		s->dialogue = arena_grow(
		    s->arena, s->dialogue, s->dialogue_n, s->dialogue_room, sizeof *s->dialogue);
	}
	s->dialogue[s->dialogue_n++] = (struct session_line){who, {line + 2, text.n}};
	s->dialogue_octets += text.n;
}

static void
add_line(struct session *s, char who, struct span text)
{
	s->lines++;
	if (!(s->limits & LIMIT_DIALOGUE) && has_room(s, text)) {
		keep_line(s, who, text);
		return;
	}
	s->limits |= LIMIT_DIALOGUE;
	sha256_add(&s->digest, (struct span){(char[]){who, ' '}, 2});
	sha256_add(&s->digest, text);
	sha256_add(&s->digest, SPAN_LIT("\n"));
}

/* The replies to come are searched for the secret.  Its room is used again, so that a client that
 * sends nothing else does not fill the memory. */
static void
keep_secret(struct session *s)
{
	struct span secret = s->redact.secret;

	if (s->secret_room < secret.n) {
		s->secret_room = 2 * secret.n;
		s->secret = arena_alloc(s->arena, s->secret_room);
	}
	if (secret.n)
		memcpy(s->secret, secret.p, secret.n);
	s->redact.secret.p = s->secret;
}

struct span
dialogue_client(struct session *s, struct span text, bool keep_auth, struct buf *scratch)
{
	struct command command = command_parse(text);
	struct span shown = redact_line(&s->redact, text, &command, scratch);

	if (keep_auth)
		shown = text;
	add_line(s, 'C', shown);
	keep_secret(s);
	s->at_end_of_message = false;
	s->in_message = false;
	if (s->redact.answers) {
		s->redact.answers = false;
		return shown; /* the AUTH goes on */
	}
	if (shown.p != text.p)
		command = command_parse(shown); /* `helo` must not tell more */
	s->pending = command;
	s->pending.arg = arena_span(s->arena, command.arg);
	s->pending.head = (struct span){NULL, 0};
	if (command.verb == VERB_MAIL && !s->first_from.p)
		s->first_from = s->pending.arg;
	return shown;
}

/* The open transaction.  A reply that only makes sense within one tells of a MAIL that was not
 * logged. */
static struct session_mail *
transaction(struct session *s)
{
	if (!s->mail)
		s->mail = session_add_mail(s);
	return s->mail;
}

static void
answer(struct session *s, struct session_mail *m, int code)
{
	if (!m)
		return;
	m->code = code;
	s->answered = m;
}

static void
open_mail(struct session *s)
{
	struct session_mail *m = s->mail = session_add_mail(s);

	if (!m)
		return;
	m->in_dialogue = true;
	m->from = s->pending.arg;
	if (s->early_queue_id.n) {
		m->queue_id = s->early_queue_id;
		s->to_queue = m;
	}
}

/* "250 2.0.0 Ok: queued as QID", "250 2.0.0 Ok: 45 bytes queued as QID".  Of use where the line
 * that said it first is missing. */
static void
take_queue_id(struct session *s, struct session_mail *m, struct span reply)
{
	static const struct span mark = {" queued as ", 11};
	struct cursor c = cursor_on(reply);
	const char *at;

	if (!m || m->queue_id.n || !cur_maybe(&c, SPAN_LIT("250 2.0.0 Ok:")))
		return;
	at = memmem(c.rest.p, c.rest.n, mark.p, mark.n);
	if (!at)
		return;
	c.rest = span_from(c.rest, (size_t)(at - c.rest.p) + mark.n);
	if (is_queue_id(c.rest)) {
		m->queue_id = arena_span(s->arena, c.rest);
		s->to_queue = m;
	}
}

static void
end_message(struct session *s, int code, struct span reply)
{
	struct session_mail *m = s->mail;

	if (code / 100 == 2)
		take_queue_id(s, m, reply);
	answer(s, m, code);
	s->mail = NULL;
	s->at_end_of_message = true;
}

static void
answer_data(struct session *s, int code)
{
	struct session_mail *m = code == 354 ? transaction(s) : s->mail;

	if (code == 354) {
		s->in_message = true;
		if (m)
			m->data = DATA_DATA;
	} else {
		answer(s, m, code);
	}
}

static void
answer_bdat(struct session *s, int code, struct span reply)
{
	struct session_mail *m = code / 100 == 2 ? transaction(s) : s->mail;

	if (m)
		m->data = DATA_BDAT;
	if (s->pending.last && m)
		end_message(s, code, reply);
	else if (code / 100 != 2)
		answer(s, m, code);
}

static void
answer_auth(struct session *s, int code)
{
	s->has_auth = true;
	s->auth_ok = code == 235;
	s->auth_mech = s->pending.arg.n ? s->pending.arg : (struct span){NULL, 0};
}

/* The whole reply to the command before it, or to nothing. */
static void
take_reply(struct session *s, int code, struct span reply)
{
	bool good = code / 100 == 2;
	struct command command = s->pending;

	s->answered = NULL;
	if (s->in_message) {
		s->in_message = false;
		s->pending.verb = VERB_NONE;
		end_message(s, code, reply);
		return;
	}
	switch (command.verb) {
	case VERB_HELO:
	case VERB_EHLO:
		if (good) {
			s->helo = command.arg;
			s->esmtp = command.verb == VERB_EHLO;
			s->mail = NULL;
		}
		break;
	case VERB_MAIL:
		if (good)
			open_mail(s);
		s->early_queue_id = (struct span){NULL, 0};
		break;
	case VERB_RCPT:
		if (good ? transaction(s) : s->mail)
			session_add_rcpt(s->mail, command.arg, code);
		break;
	case VERB_DATA: answer_data(s, code); break;
	case VERB_BDAT: answer_bdat(s, code, reply); break;
	case VERB_AUTH:
		if (code == 334)
			return; /* still to be answered */
		answer_auth(s, code);
		break;
	case VERB_STARTTLS:
	case VERB_RSET:
		if (good)
			s->mail = NULL;
		break;
	case VERB_XCLIENT:
		if (good) {
			s->mail = NULL;
			s->xclient = true;
		}
		break;
	case VERB_QUIT: s->quit = s->quit || good; break;
	case VERB_NONE:
	case VERB_OTHER: break;
	}
	s->pending.verb = VERB_NONE;
}

struct span
dialogue_server(struct session *s, struct span text, bool keep_auth, struct buf *scratch)
{
	struct cursor c = cursor_on(text);
	int code = (int)cur_number(&c, 3);
	struct span shown = keep_auth ? text : redact_reply(&s->redact, text, scratch);

	add_line(s, 'S', shown);
	s->at_end_of_message = false;
	if (c.failed || code < 100)
		return shown; /* nothing that Postfix says */
	if (!s->greeted) {
		/* Only where the log has the start: else this is any reply. */
		s->refused = s->t_connect != TIME_UNKNOWN && code != 220;
		s->greeted = true;
	}
	if (c.rest.n && c.rest.p[0] == '-')
		return shown; /* more lines of this reply follow */
	s->last_code = code;
	redact_replied(&s->redact, code);
	take_reply(s, code, text);
	return shown;
}

void
dialogue_ended(struct session *s, enum session_end end, struct span after)
{
	s->end = end;
	s->end_after = after.n ? arena_span(s->arena, after) : (struct span){NULL, 0};
	/* The 421 said goodbye; it was no verdict on a message. */
	if (end == END_TIMEOUT && s->answered && s->last_code == 421)
		s->answered->code = 0;
}
