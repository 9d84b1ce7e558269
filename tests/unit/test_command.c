/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "sessionparse/redact.h"

static void
gives(const char *line, enum verb verb, const char *arg)
{
	struct command c = command_parse(span_str(line));

	OK(c.verb == verb, line[0] ? line : "(nothing)");
	SAME_SPAN(c.arg, span_str(arg), "its argument");
}

static void
test_commands(void)
{
	gives("EHLO mx.example.net", VERB_EHLO, "mx.example.net");
	gives("  ehlo   x  ", VERB_EHLO, "x");
	gives("HELO", VERB_HELO, "");
	gives("HELO a b", VERB_HELO, "a b");
	gives("MAIL FROM:<a@b>", VERB_MAIL, "a@b");
	gives("mail from: <a@b> SIZE=1 BODY=8BITMIME", VERB_MAIL, "a@b");
	gives("MAIL FROM:a@b SIZE=1", VERB_MAIL, "a@b");
	gives("MAIL FROM:<>", VERB_MAIL, "");
	gives("MAIL FROM:", VERB_MAIL, "");
	gives("MAIL", VERB_MAIL, "");
	gives("MAIL TO:<a@b>", VERB_MAIL, "");
	gives("RCPT TO:<\"a]: b <c>, to=<d@e\"@x> NOTIFY=NEVER", VERB_RCPT,
	    "\"a]: b <c>, to=<d@e\"@x");
	gives("RCPT TO:<\"a\\\"> b\"@x>", VERB_RCPT, "\"a\\\"> b\"@x");
	gives("rcpt\tto:\t<a@b>c>", VERB_RCPT, "a@b>c");
	gives("RCPT TO:<a@b>NOTIFY=NEVER", VERB_RCPT, "a@b");
	gives("RCPT TO:<@r:a@b>", VERB_RCPT, "@r:a@b");
	gives("RCPT TO:<\"unbalanced@x>", VERB_RCPT, "\"unbalanced@x>");
	gives("RCPT TO:<cut", VERB_RCPT, "cut");
	gives("RCPT TO:<a\\", VERB_RCPT, "a\\");
	gives("DATA", VERB_DATA, NULL);
	gives("quit ", VERB_QUIT, NULL);
	gives("STARTTLS", VERB_STARTTLS, NULL);
	gives("XCLIENT NAME=x", VERB_XCLIENT, NULL);
	gives("NOOP MAIL FROM:<x>", VERB_OTHER, NULL);
	gives("MAILFROM:<x>", VERB_NONE, NULL);
	gives("GET / HTTP/1.1", VERB_NONE, NULL);
	gives("", VERB_NONE, NULL);
	gives("   ", VERB_NONE, NULL);
	gives("AUTH PLAIN x", VERB_AUTH, "PLAIN");
	gives("AUTH", VERB_AUTH, NULL);
	gives("AUTH AGFsaWNlAHNlY3JldA==", VERB_AUTH, NULL);
	OK(command_parse(SPAN_LIT("BDAT 5 LAST")).last &&
		command_parse(SPAN_LIT("bdat 5  last ")).last,
	    "the last chunk");
	OK(!command_parse(SPAN_LIT("BDAT 5")).last && !command_parse(SPAN_LIT("BDAT LAST")).last,
	    "not the last one");
}

static struct redact r;
static struct buf out;

static struct span
shown(const char *line)
{
	struct command c = command_parse(span_str(line));

	return redact_line(&r, span_str(line), &c, &out);
}

static void
test_redacted(void)
{
	SAME_SPAN(shown("EHLO AUTH PLAIN x"), SPAN_LIT("EHLO AUTH PLAIN x"), "an EHLO");
	SAME_SPAN(shown("c2VjcmV0"), SPAN_LIT("c2VjcmV0"), "base64 out of nowhere");
	SAME_SPAN(
	    shown("AUTH PLAIN AGFsaWNl"), SPAN_LIT("AUTH PLAIN [redacted]"), "an initial response");
	SAME_SPAN(shown(" auth  plain  x y"), SPAN_LIT(" auth  plain [redacted]"), "with blanks");
	SAME_SPAN(shown("AUTH AGFsaWNlAHNlY3JldA=="), SPAN_LIT("AUTH [redacted]"), "no mechanism");
	SAME_SPAN(shown("AUTH averyveryverylongsecret1"), SPAN_LIT("AUTH [redacted]"),
	    "too long for one");
	SAME_SPAN(shown("AUTH LOGIN"), SPAN_LIT("AUTH LOGIN"), "no response yet");
	SAME_SPAN(shown("YWxpY2U="), SPAN_LIT("[redacted]"), "base64 behind it");
	SAME_SPAN(shown("not base64"), SPAN_LIT("not base64"), "something else");
	SAME_SPAN(shown("MAIL FROM:<x>"), SPAN_LIT("MAIL FROM:<x>"), "a command");
	SAME_SPAN(shown("YWxpY2U="), SPAN_LIT("YWxpY2U="), "base64 behind another command");
	r.answers = true;
	SAME_SPAN(shown("anything at all"), SPAN_LIT("[redacted]"), "the answer to a 334");
	SAME_SPAN(
	    shown("MAIL FROM:<x>"), SPAN_LIT("[redacted]"), "even if it looks like a command");
	SAME_SPAN(shown("*"), SPAN_LIT("*"), "but not the star");
}

int
main(void)
{
	buf_init(&out, 4000);
	test_commands();
	test_redacted();
	buf_free(&out);
	return tap_end();
}
