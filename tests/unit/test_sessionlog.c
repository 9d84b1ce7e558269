/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounds of sessionlog and of one session; what is right within them is shown by
 * tests/golden/sessions. */
#include "tests/tap.h"

#include <stdlib.h>

#include "sessionparse/session_json.h"
#include "sessionparse/sessionlog.h"

/* What is looked at of the session written last, and counts of all. */
static struct {
	size_t n, incomplete, given_up;
	unsigned limits;
	uint64_t lines;
	size_t kept, rcpts, mails, deliveries;
	struct buf json;
	char digest[SHA256_HEX_LEN + 1];
} seen;

static void
look(void *state, struct session *s)
{
	const char *key = "\"dialogue_sha256\":\"", *at;

	(void)state;
	seen.n++;
	seen.incomplete += !s->complete;
	seen.given_up += (s->limits & LIMIT_SESSIONS) != 0;
	seen.limits = s->limits;
	seen.lines = s->lines;
	seen.kept = s->dialogue_n;
	seen.mails = s->mails_n;
	seen.rcpts = s->mails ? s->mails->rcpts_n : 0;
	seen.deliveries = s->mails ? s->mails->deliveries_n : 0;
	buf_clear(&seen.json);
	session_json_put(&seen.json, s);
	at = strstr(buf_str(&seen.json), key);
	memcpy(seen.digest, at + strlen(key), SHA256_HEX_LEN);
}

static struct sessionlog *
start(void)
{
	struct sessionlog_params params = {
	    .zone = {.fixed = true},
	    .first_year = 2026,
	    .hold_us = INT64_C(86400) * 1000000,
	    .write = look,
	};

	buf_free(&seen.json);
	memset(&seen, 0, sizeof seen);
	buf_init(&seen.json, 1 << 28);
	return sessionlog_new(&params);
}

static void
finish(struct sessionlog *l)
{
	sessionlog_end(l);
	sessionlog_free(l);
}

static void
say_at(struct sessionlog *l, const char *stamp, int pid, const char *text)
{
	struct buf line;

	buf_init(&line, 4000);
	buf_printf(&line, "%s mx1 postfix/smtpd[%d]: %s", stamp, pid, text);
	sessionlog_line(l, buf_span(&line));
	buf_free(&line);
}

#define say(l, text) say_at((l), "Nov 21 19:34:06", 7, (text))
#define WHO "unknown[192.0.2.1]"

static void
test_dialogue(void)
{
	struct sessionlog *l = start();
	struct sha256 digest;
	char want[SHA256_HEX_LEN + 1], text[1100], line[1200];

	sha256_init(&digest);
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	snprintf(line, sizeof line, "< " WHO ": %s", text);
	say(l, "connect from " WHO);
	for (int i = 0; i < 2000; i++) {
		say(l, line);
		sha256_add(&digest, SPAN_LIT("C "));
		sha256_add(&digest, span_str(text));
		sha256_add(&digest, SPAN_LIT("\n"));
	}
	say(l, "disconnect from " WHO);
	finish(l);
	sha256_hex(&digest, want);
	OK(seen.limits == LIMIT_DIALOGUE, "a dialogue over 1 MiB says that it is not all");
	SAME_INT(seen.kept, SESSION_DIALOGUE_MAX / (sizeof text - 1), "as much as fits is kept");
	SAME_INT(seen.lines, 2000, "all lines are counted");
	SAME_STR(seen.digest, want, "and hashed");

	l = start();
	say(l, "connect from " WHO);
	for (int i = 0; i < SESSION_LINES_MAX + 10; i++)
		say(l, "< " WHO ": ");
	finish(l);
	OK(seen.limits == LIMIT_DIALOGUE && seen.kept == SESSION_LINES_MAX,
	    "so many lines and no more");
}

static void
test_transactions(void)
{
	struct sessionlog *l = start();

	say(l, "connect from " WHO);
	for (int i = 0; i < SESSION_MAILS_MAX + 5; i++) {
		say(l, "< " WHO ": MAIL FROM:<a@b>");
		say(l, "> " WHO ": 250 ok");
		say(l, "< " WHO ": RCPT TO:<a@b>");
		say(l, "1A2B3C: client=" WHO);
		say(l, "> " WHO ": 250 ok");
		say(l, "< " WHO ": DATA");
		say(l, "> " WHO ": 354 go on");
		say(l, "> " WHO ": 250 2.0.0 Ok: queued as 1A2B3C");
	}
	finish(l);
	OK(seen.limits == LIMIT_MAILS && seen.mails == SESSION_MAILS_MAX,
	    "so many mails and no more");

	l = start();
	say(l, "connect from " WHO);
	say(l, "< " WHO ": MAIL FROM:<a@b>");
	say(l, "> " WHO ": 250 ok");
	for (int i = 0; i < SESSION_RCPTS_MAX + 5; i++) {
		say(l, "< " WHO ": RCPT TO:<a@b>");
		say(l, "> " WHO ": 250 ok");
	}
	say(l, "1A2B3C: client=" WHO);
	for (int i = 0; i < SESSION_DELIVERIES_MAX + 5; i++)
		say(l, "1A2B3C: to=<a@b>, relay=local, delay=1, delays=0/0/0/0, dsn=4.0.0, "
		       "status=deferred (x)");
	finish(l);
	OK((seen.limits & LIMIT_RCPTS) && seen.rcpts == SESSION_RCPTS_MAX, "so many recipients");
	OK((seen.limits & LIMIT_DELIVERIES) && seen.deliveries == SESSION_DELIVERIES_MAX,
	    "so many deliveries");
}

static void
test_open(void)
{
	struct sessionlog *l = start();

	for (int pid = 1; pid <= 65536 + 10; pid++)
		say_at(l, "Nov 21 19:34:06", pid, "connect from " WHO);
	SAME_INT(seen.n, 10, "when too many sessions are open, the most silent ones go");
	SAME_INT(seen.given_up, 10, "and say why");
	finish(l);
	SAME_INT(seen.n, 65536 + 10, "none is lost");
	SAME_INT(seen.incomplete, 65536 + 10, "none has an end");

	l = start();
	say_at(l, "Nov 21 19:34:06", 1, "connect from " WHO);
	say_at(l, "Nov 22 19:34:00", 2, "connect from " WHO);
	SAME_INT(seen.n, 0, "a session may be silent for a day");
	say_at(l, "Nov 22 19:34:07", 3, "connect from " WHO);
	SAME_INT(seen.n, 1, "but no longer");
	finish(l);
	SAME_INT(seen.n, 3, "all are written in the end");
}

static void
test_held(void)
{
	struct sessionlog *l = start();
	char text[1100], line[1200], queue[100];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	snprintf(line, sizeof line, "< " WHO ": NOOP %s", text);
	for (int i = 0; i < 100; i++) {
		say(l, "connect from " WHO);
		for (int j = 0; j < 1000; j++)
			say(l, line);
		snprintf(queue, sizeof queue, "1A2B%02X: client=" WHO, (unsigned)i);
		say(l, queue);
		snprintf(queue, sizeof queue, "1A2B%02X: message-id=<x>", (unsigned)i);
		say(l, queue);
		say(l, "disconnect from " WHO);
	}
	OK(seen.n > 30 && seen.n < 100,
	    "sessions wait for the queue, but only so many octets of them");
	finish(l);
	SAME_INT(seen.n, 100, "all are written in the end");
}

static void
test_lines(void)
{
	struct sessionlog *l = start();
	const struct sessionlog_counts *c = sessionlog_counts(l);
	static char big[SESSIONLOG_LINE_MAX + 1];

	memset(big, 'x', sizeof big);
	memcpy(big, "Nov 21 19:34:06 mx1 postfix/smtpd[7]: connect from ", 51);
	sessionlog_line(l, (struct span){big, sizeof big});
	sessionlog_line(l, SPAN_LIT(""));
	sessionlog_line(l, SPAN_LIT("Nov 31 19:34:06 mx1 postfix/smtpd[7]: connect from " WHO));
	SAME_INT(c->unrecognised, 3, "too long, empty, no time");
	sessionlog_line(l, SPAN_LIT("Nov 21 19:34:06 mx1 postfix/smtp[7]: < " WHO ": x"));
	sessionlog_line(l, SPAN_LIT("Nov 21 19:34:06 mx1 postfix/anvil[7]: statistics: x"));
	SAME_INT(c->kinds[EVENT_NOISE], 2, "of other daemons");
	SAME_INT(c->lines, 5, "all of them");
	finish(l);
	SAME_INT(seen.n, 0, "no session");
	sessionlog_free(NULL);
}

int
main(void)
{
	test_dialogue();
	test_transactions();
	test_open();
	test_held();
	test_lines();
	buf_free(&seen.json);
	return tap_end();
}
