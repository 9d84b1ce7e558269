/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/logevent.h"

#include "base/cursor.h"
#include "sessionparse/screentext.h"

enum {
	NAME_MAX_LEN = 300, /* a host name has 255 octets; Postfix may write odd ones */
	IP_MAX_LEN = 64,
	VERB_MAX_LEN = 40,
	QUEUE_ID_MAX_LEN = 30, /* long ones have 15 at least: seconds, microseconds, z, inode */
	QUEUE_ID_MIN_LEN = 5,
};

const char *
logevent_name(enum logevent_kind kind)
{
	static const char *const names[EVENT_KINDS] = {
	    [EVENT_NOISE] = "noise",
	    [EVENT_CONNECT] = "connect",
	    [EVENT_DISCONNECT] = "disconnect",
	    [EVENT_CLIENT_SAYS] = "client-says",
	    [EVENT_SERVER_SAYS] = "server-says",
	    [EVENT_LOST] = "lost-connection",
	    [EVENT_TIMEOUT] = "timeout",
	    [EVENT_TOO_MANY_ERRORS] = "too-many-errors",
	    [EVENT_NON_SMTP] = "non-smtp",
	    [EVENT_TLS] = "tls",
	    [EVENT_TLS_ERROR] = "tls-error",
	    [EVENT_SASL_FAILED] = "sasl-failed",
	    [EVENT_REFUSED] = "refused",
	    [EVENT_REJECT] = "reject",
	    [EVENT_MAIL_CLIENT] = "mail-client",
	    [EVENT_SCREEN_CONNECT] = "screen-connect",
	    [EVENT_SCREEN_FAILED] = "screen-failed",
	    [EVENT_SCREEN_PASSED] = "screen-passed",
	    [EVENT_SCREEN_HANGUP] = "screen-hangup",
	    [EVENT_SCREEN_DISCONNECT] = "screen-disconnect",
	    [EVENT_MESSAGE_ID] = "message-id",
	    [EVENT_QUEUED] = "queued",
	    [EVENT_DELIVERY] = "delivery",
	    [EVENT_NOTICE] = "notice",
	    [EVENT_REMOVED] = "removed",
	    [EVENT_QUEUE_OTHER] = "queue-other",
	    [EVENT_PROCESS_GONE] = "process-gone",
	    [EVENT_MASTER_STARTED] = "master-started",
	    [EVENT_REPEATED] = "repeated",
	};

	return names[kind];
}

/* NAME[IP] or NAME[IP]:PORT.  Neither part holds a blank or a bracket: client names are checked by
 * Postfix.  [IP]:PORT is how postscreen writes it. */
static void
take_client(struct cursor *c, struct logevent_client *client)
{
	if (cur_peek(c) == '[') {
		screentext_endpoint(c, client);
		return;
	}
	client->name = cur_until(c, SPAN_LIT("["), NAME_MAX_LEN);
	client->ip = cur_until(c, SPAN_LIT("]"), IP_MAX_LEN);
	if (span_find(client->name, ' ') != client->name.n)
		cur_fail(c);
	if (c->rest.n > 1 && c->rest.p[0] == ':' && is_digit(c->rest.p[1])) {
		client->has_port = true;
		cur_literal(c, SPAN_LIT(":"));
		cur_number(c, 5);
	}
}

/* "< NAME[IP]: TEXT" and "> NAME[IP]: TEXT"; TEXT is opaque.  The blank before an empty TEXT may
 * have been trimmed. */
static void
take_dialogue(struct cursor *c, struct logevent *e, enum logevent_kind kind)
{
	take_client(c, &e->client);
	cur_literal(c, SPAN_LIT(":"));
	if (c->rest.n)
		cur_literal(c, SPAN_LIT(" "));
	e->text = cur_rest(c);
	e->kind = kind;
}

static bool
is_verb_char(char c)
{
	return is_alpha(c) || c == '-';
}

/* "VERB from NAME[IP]" or "VERB (16 bytes) from NAME[IP]" */
static void
take_after(struct cursor *c, struct logevent *e, enum logevent_kind kind)
{
	e->text = cur_run(c, is_verb_char, VERB_MAX_LEN);
	if (cur_maybe(c, SPAN_LIT(" ("))) {
		cur_number(c, 18);
		cur_literal(c, SPAN_LIT(" bytes)"));
	}
	cur_literal(c, SPAN_LIT(" from "));
	take_client(c, &e->client);
	e->kind = kind;
}

/* "process /usr/lib/postfix/sbin/smtpd pid 31512 killed by signal 9", or "exit status 1" */
static void
take_process(struct cursor *c, struct logevent *e)
{
	cur_until(c, SPAN_LIT(" pid "), 1000);
	e->number = (int64_t)cur_number(c, 10);
	if (cur_maybe(c, SPAN_LIT(" killed by signal ")) ||
	    cur_literal(c, SPAN_LIT(" exit status ")))
		e->kind = EVENT_PROCESS_GONE;
}

/* "NAME[IP]: SASL PLAIN authentication failed: ..." */
static void
take_sasl(struct cursor *c, struct logevent *e)
{
	take_client(c, &e->client);
	cur_literal(c, SPAN_LIT(": SASL "));
	e->text = cur_until(c, SPAN_LIT(" authentication failed"), VERB_MAX_LEN);
	e->kind = EVENT_SASL_FAILED;
}

static void
take_warning(struct cursor *c, struct logevent *e)
{
	if (cur_maybe(c, SPAN_LIT("non-SMTP command from "))) {
		take_client(c, &e->client);
		e->kind = EVENT_NON_SMTP;
	} else if (cur_maybe(c, SPAN_LIT("TLS library problem: "))) {
		e->text = cur_rest(c);
		e->kind = EVENT_TLS_ERROR;
	} else if (cur_maybe(c, SPAN_LIT("Connection concurrency limit exceeded: ")) ||
		   cur_maybe(c, SPAN_LIT("Connection rate limit exceeded: "))) {
		cur_number(c, 10);
		cur_literal(c, SPAN_LIT(" from "));
		take_client(c, &e->client);
		e->kind = EVENT_REFUSED;
	} else if (cur_maybe(c, SPAN_LIT("process "))) {
		take_process(c, e);
	} else {
		take_sasl(c, e);
	}
}

/* "NAME[IP], sasl_method=PLAIN, sasl_username=USER" */
static void
take_mail_client(struct cursor *c, struct logevent *e)
{
	take_client(c, &e->client);
	if (cur_maybe(c, SPAN_LIT(", sasl_method="))) {
		e->text = (struct span){c->rest.p, span_find(c->rest, ',')};
		cur_rest(c);
	}
	e->kind = EVENT_MAIL_CLIENT;
}

/* "reject: RCPT from NAME[IP]: ..." behind the first colon. */
static void
take_reject(struct cursor *c, struct logevent *e)
{
	e->kind = cur_maybe(c, SPAN_LIT("CONNECT from ")) ? EVENT_REFUSED : EVENT_REJECT;
	if (e->kind == EVENT_REJECT) {
		cur_run(c, is_verb_char, VERB_MAX_LEN);
		cur_literal(c, SPAN_LIT(" from "));
	}
	take_client(c, &e->client);
	if (e->client.endpoint.p && cur_maybe(c, SPAN_LIT(": ")))
		e->text = cur_rest(c);
}

static bool
take_ending(struct cursor *c, struct logevent *e)
{
	if (cur_maybe(c, SPAN_LIT("lost connection after ")))
		take_after(c, e, EVENT_LOST);
	else if (cur_maybe(c, SPAN_LIT("timeout after ")))
		take_after(c, e, EVENT_TIMEOUT);
	else if (cur_maybe(c, SPAN_LIT("too many errors after ")))
		take_after(c, e, EVENT_TOO_MANY_ERRORS);
	else
		return false;
	return true;
}

/* What access rules do; each with the place where it did and the client behind it. */
static bool
take_access(struct cursor *c, struct logevent *e)
{
	static const struct span actions[] = {{"reject: ", 8}, {"milter-reject: ", 15},
	    {"warn: ", 6}, {"hold: ", 6}, {"discard: ", 9}, {"filter: ", 8}, {"redirect: ", 10}};

	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		if (cur_maybe(c, actions[i])) {
			take_reject(c, e);
			if (i > 1 && e->kind == EVENT_REFUSED)
				e->kind = EVENT_REJECT; /* let through */
			return true;
		}
	}
	return false;
}

/* "sender non-delivery notification: QID", with postmaster, delay or delivery status in their
 * places. */
static bool
take_notice(struct cursor *c, struct logevent *e)
{
	struct cursor try = *c;

	if (!cur_maybe(&try, SPAN_LIT("sender ")) && !cur_maybe(&try, SPAN_LIT("postmaster ")))
		return false;
	cur_until(&try, SPAN_LIT(" notification: "), VERB_MAX_LEN);
	if (try.failed || !is_queue_id(try.rest))
		return false;
	e->text = cur_rest(&try);
	e->kind = EVENT_NOTICE;
	return true;
}

/* The text behind "QID: " or "NOQUEUE: ". */
static void
take_queue(struct cursor *c, struct logevent *e)
{
	e->kind = EVENT_QUEUE_OTHER;
	if (cur_maybe(c, SPAN_LIT("client=")))
		take_mail_client(c, e);
	else if (take_ending(c, e) || take_access(c, e))
		return; /* 3.10 puts the queue id in front of these */
	else if (!e->queue_id.n)
		e->kind = EVENT_NOISE;
	else if (cur_maybe(c, SPAN_LIT("message-id="))) {
		e->text = cur_rest(c);
		e->kind = EVENT_MESSAGE_ID;
	} else if (span_starts(c->rest, SPAN_LIT("to=<"))) {
		e->text = cur_rest(c);
		e->kind = EVENT_DELIVERY;
	} else if (span_starts(c->rest, SPAN_LIT("from=<"))) {
		e->text = cur_rest(c);
		e->kind = EVENT_QUEUED;
	} else if (cur_maybe(c, SPAN_LIT("removed"))) {
		e->kind = EVENT_REMOVED;
	} else if (take_notice(c, e)) {
		return;
	}
}

/* Digits and consonants: what long queue ids are made of.  Short ones are hex digits in capitals.
 */
static bool
is_long_id_char(char c)
{
	return is_digit(c) || (is_alpha(c) && !strchr("AEIOUaeiou", c));
}

static bool
is_short_id_char(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'F');
}

bool
is_queue_id(struct span s)
{
	size_t short_n = 0, long_n = 0;

	if (s.n < QUEUE_ID_MIN_LEN || s.n > QUEUE_ID_MAX_LEN)
		return false;
	while (short_n < s.n && is_short_id_char(s.p[short_n]))
		short_n++;
	while (long_n < s.n && is_long_id_char(s.p[long_n]))
		long_n++;
	return short_n == s.n || (long_n == s.n && s.n >= 10);
}

/* "QID: ..."; the ids of this century start with a digit or a letter up to F. */
static void
take_queue_id(struct cursor *c, struct logevent *e)
{
	struct span id = cur_until(c, SPAN_LIT(": "), QUEUE_ID_MAX_LEN);

	if (c->failed || !is_queue_id(id))
		return;
	e->queue_id = id;
	take_queue(c, e);
}

/* "Anonymous TLS connection established from ..." */
static void
take_tls(struct cursor *c, struct logevent *e)
{
	static const struct span words[] = {
	    {"Anonymous ", 10}, {"Untrusted ", 10}, {"Trusted ", 8}, {"Verified ", 9}};

	e->text = c->rest;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (cur_maybe(c, words[i]))
			break;
	if (cur_literal(c, SPAN_LIT("TLS connection established from ")))
		take_client(c, &e->client);
	e->kind = EVENT_TLS;
}

/* "message repeated 5 times: [ TEXT]" */
static void
take_repeated(struct cursor *c, struct logevent *e)
{
	e->number = (int64_t)cur_number(c, 9);
	cur_literal(c, SPAN_LIT(" times: [ "));
	e->text = cur_rest(c);
	if (span_ends(e->text, SPAN_LIT("]")))
		e->text.n--;
	e->kind = EVENT_REPEATED;
}

/* Everything that does not start with a queue id. */
static void
take_named(struct cursor *c, struct logevent *e)
{
	if (cur_maybe(c, SPAN_LIT("< "))) {
		take_dialogue(c, e, EVENT_CLIENT_SAYS);
	} else if (cur_maybe(c, SPAN_LIT("> "))) {
		take_dialogue(c, e, EVENT_SERVER_SAYS);
	} else if (cur_maybe(c, SPAN_LIT("connect from "))) {
		take_client(c, &e->client);
		e->kind = EVENT_CONNECT;
	} else if (cur_maybe(c, SPAN_LIT("disconnect from "))) {
		take_client(c, &e->client);
		e->text = cur_rest(c);
		e->kind = EVENT_DISCONNECT;
	} else if (cur_maybe(c, SPAN_LIT("NOQUEUE: "))) {
		take_queue(c, e);
	} else if (cur_maybe(c, SPAN_LIT("warning: "))) {
		take_warning(c, e);
	} else if (cur_maybe(c, SPAN_LIT("SSL_accept error from "))) {
		take_client(c, &e->client);
		cur_literal(c, SPAN_LIT(": "));
		e->text = cur_rest(c);
		e->kind = EVENT_TLS_ERROR;
	} else if (cur_maybe(c, SPAN_LIT("daemon started -- "))) {
		e->kind = EVENT_MASTER_STARTED;
	} else if (cur_maybe(c, SPAN_LIT("message repeated "))) {
		take_repeated(c, e);
	} else if (!take_ending(c, e)) {
		take_tls(c, e);
	}
}

/* The octets that take_named's texts start with, and the second ones behind each: noise starts with
 * most letters. */
static const char second_octets[256][2] = {
    ['<'] = {' ', ' '},
    ['>'] = {' ', ' '},
    ['c'] = {'o', 'o'}, /* connect */
    ['l'] = {'o', 'o'}, /* lost */
    ['d'] = {'i', 'a'}, /* disconnect, daemon */
    ['m'] = {'e', 'e'}, /* message */
    ['t'] = {'i', 'o'}, /* timeout, too */
    ['w'] = {'a', 'a'}, /* warning */
    ['A'] = {'n', 'n'}, /* Anonymous */
    ['U'] = {'n', 'n'}, /* Untrusted */
    ['N'] = {'O', 'O'}, /* NOQUEUE */
    ['S'] = {'S', 'S'}, /* SSL_accept */
    ['T'] = {'r', 'L'}, /* Trusted, TLS */
    ['V'] = {'e', 'e'}, /* Verified */
    ['H'] = {'A', 'A'}, /* HANGUP */
    ['P'] = {'A', 'R'}, /* PASS, PREGREET */
    ['W'] = {'H', 'H'}, /* WHITELISTED */
};

static bool
may_be_named(struct span text)
{
	const char *second = second_octets[(unsigned char)text.p[0]];

	return text.p[1] == second[0] || text.p[1] == second[1];
}

bool
logevent_is_candidate(struct span text)
{
	/* [ : Solaris has something in front of the text. */
	return text.n >= 2 &&
	       (may_be_named(text) || is_short_id_char(text.p[0]) || text.p[0] == '[');
}

struct logevent
logevent_parse(struct span text)
{
	struct logevent e = {.kind = EVENT_NOISE};
	struct cursor c = cursor_on(text);

	if (text.n < 2)
		return e;
	if (may_be_named(text))
		take_named(&c, &e);
	if (e.kind == EVENT_NOISE && is_short_id_char(text.p[0])) {
		c = cursor_on(text);
		take_queue_id(&c, &e);
	}
	if (!c.failed && e.kind != EVENT_NOISE)
		return e;
	e = (struct logevent){.kind = EVENT_NOISE};
	if (text.p[0] >= 'A' && text.p[0] <= 'Z' && !screentext_parse(text, &e))
		e = (struct logevent){.kind = EVENT_NOISE};
	return e;
}
