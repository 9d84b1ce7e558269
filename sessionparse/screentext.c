/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/screentext.h"

#include "sessionparse/command.h"

enum {
	IP_MAX_LEN = 64,
	SECONDS_MAX_LEN = 20,
	VERB_MAX_LEN = 40,
};

const char *
screen_test_name(enum screen_test test)
{
	static const char *const names[SCREEN_TESTS] = {
	    [SCREEN_DENYLISTED] = "denylisted",
	    [SCREEN_ALLOWLIST_VETO] = "allowlist-veto",
	    [SCREEN_PREGREET] = "pregreet",
	    [SCREEN_DNSBL] = "dnsbl",
	    [SCREEN_PIPELINING] = "pipelining",
	    [SCREEN_NON_SMTP] = "non-smtp",
	    [SCREEN_BARE_NEWLINE] = "bare-newline",
	    [SCREEN_TIME_LIMIT] = "time-limit",
	    [SCREEN_COUNT_LIMIT] = "count-limit",
	    [SCREEN_LENGTH_LIMIT] = "length-limit",
	    [SCREEN_NO_RCPT] = "no-rcpt",
	};

	return names[test];
}

void
screentext_endpoint(struct cursor *c, struct logevent_client *client)
{
	struct span all = c->rest;

	cur_literal(c, SPAN_LIT("["));
	client->ip = cur_until(c, SPAN_LIT("]:"), IP_MAX_LEN);
	cur_number(c, 5);
	if (c->failed)
		return;
	client->endpoint = (struct span){all.p, all.n - c->rest.n};
	client->has_port = true;
}

/* The texts that start with fixed words and go on with the client. */
static const struct {
	struct span start;
	enum logevent_kind kind;
	enum screen_test test;
} texts[] = {
    {{"CONNECT from ", 13}, EVENT_SCREEN_CONNECT, SCREEN_TESTS},
    {{"DISCONNECT ", 11}, EVENT_SCREEN_DISCONNECT, SCREEN_TESTS},
    {{"PASS NEW ", 9}, EVENT_SCREEN_PASSED, SCREEN_TESTS},
    {{"PASS OLD ", 9}, EVENT_SCREEN_PASSED, SCREEN_TESTS},
    {{"ALLOWLISTED ", 12}, EVENT_SCREEN_PASSED, SCREEN_TESTS},
    {{"WHITELISTED ", 12}, EVENT_SCREEN_PASSED, SCREEN_TESTS},
    {{"DENYLISTED ", 11}, EVENT_SCREEN_FAILED, SCREEN_DENYLISTED},
    {{"BLACKLISTED ", 12}, EVENT_SCREEN_FAILED, SCREEN_DENYLISTED},
    {{"ALLOWLIST VETO ", 15}, EVENT_SCREEN_FAILED, SCREEN_ALLOWLIST_VETO},
    {{"WHITELIST VETO ", 15}, EVENT_SCREEN_FAILED, SCREEN_ALLOWLIST_VETO},
    {{"COMMAND PIPELINING from ", 24}, EVENT_SCREEN_FAILED, SCREEN_PIPELINING},
    {{"NON-SMTP COMMAND from ", 22}, EVENT_SCREEN_FAILED, SCREEN_NON_SMTP},
    {{"BARE NEWLINE from ", 18}, EVENT_SCREEN_FAILED, SCREEN_BARE_NEWLINE},
    {{"COMMAND TIME LIMIT from ", 24}, EVENT_SCREEN_FAILED, SCREEN_TIME_LIMIT},
    {{"COMMAND COUNT LIMIT from ", 25}, EVENT_SCREEN_FAILED, SCREEN_COUNT_LIMIT},
    {{"COMMAND LENGTH LIMIT from ", 26}, EVENT_SCREEN_FAILED, SCREEN_LENGTH_LIMIT},
    {{"DATA without valid RCPT from ", 29}, EVENT_SCREEN_FAILED, SCREEN_NO_RCPT},
    {{"BDAT without valid RCPT from ", 29}, EVENT_SCREEN_FAILED, SCREEN_NO_RCPT},
};

/* Those with a number in front of the client: "PREGREET 14 after 0.1 from ", "DNSBL rank 3 for ",
 * "HANGUP after 0.3 from ". */
static bool
take_numbered(struct cursor *c, struct logevent *e)
{
	if (cur_maybe(c, SPAN_LIT("PREGREET "))) {
		cur_number(c, 10);
		cur_literal(c, SPAN_LIT(" after "));
		cur_until(c, SPAN_LIT(" from "), SECONDS_MAX_LEN);
		e->kind = EVENT_SCREEN_FAILED;
		e->test = SCREEN_PREGREET;
	} else if (cur_maybe(c, SPAN_LIT("DNSBL rank "))) {
		e->number = (int64_t)cur_number(c, 9);
		cur_literal(c, SPAN_LIT(" for "));
		e->kind = EVENT_SCREEN_FAILED;
		e->test = SCREEN_DNSBL;
	} else if (cur_maybe(c, SPAN_LIT("HANGUP after "))) {
		cur_until(c, SPAN_LIT(" from "), SECONDS_MAX_LEN);
		e->kind = EVENT_SCREEN_HANGUP;
	} else {
		return false;
	}
	return true;
}

/* One that Postfix knows, or its word for none yet. */
static bool
is_command(struct span word)
{
	return command_parse(word).verb != VERB_NONE || span_eq(word, SPAN_LIT("CONNECT"));
}

static bool
take_start(struct cursor *c, struct logevent *e)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (!cur_maybe(c, texts[i].start))
			continue;
		e->kind = texts[i].kind;
		e->test = texts[i].test;
		if (e->test == SCREEN_NO_RCPT)
			e->after = (struct span){texts[i].start.p, 4};
		return true;
	}
	return take_numbered(c, e);
}

/* What stands behind the client of a failed test: ": TEXT", " after COMMAND", or both.  Postfix
 * names a command that it knows by its verb, and quotes of any other what the client sent. */
static void
take_failure(struct cursor *c, struct logevent *e)
{
	struct cursor rest;
	size_t n = 0;

	if (cur_maybe(c, SPAN_LIT(" after "))) {
		while (n < c->rest.n && n < VERB_MAX_LEN && is_alpha(c->rest.p[n]))
			n++;
		e->text = c->rest;
		rest = cursor_on(span_from(c->rest, n));
		if (n == c->rest.n || cur_peek(&rest) == ' ' || cur_peek(&rest) == ':')
			e->after = (struct span){c->rest.p, n};
		if (is_command(e->after) && cur_maybe(&rest, SPAN_LIT(": ")))
			e->text = rest.rest;
	} else if (cur_maybe(c, SPAN_LIT(": "))) {
		e->text = c->rest;
	}
}

bool
screentext_parse(struct span text, struct logevent *e)
{
	struct cursor c = cursor_on(text);
	struct logevent_client server = {.has_port = false};

	if (!take_start(&c, e))
		return false;
	screentext_endpoint(&c, &e->client);
	switch (e->kind) {
	case EVENT_SCREEN_CONNECT:
		cur_literal(&c, SPAN_LIT(" to "));
		screentext_endpoint(&c, &server);
		e->text = server.endpoint;
		return cur_done(&c);
	case EVENT_SCREEN_HANGUP:
		cur_literal(&c, SPAN_LIT(" in tests "));
		e->text = cur_rest(&c);
		return !c.failed;
	case EVENT_SCREEN_FAILED: take_failure(&c, e); return !c.failed;
	default: return cur_done(&c);
	}
}
