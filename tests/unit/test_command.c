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
	SAME_SPAN(shown("EHLO AUTH PLAIN x"), SPAN_LIT("EHLO AUTH PLAIN [redacted]"),
	    "an EHLO that reads as an AUTH");
	SAME_SPAN(shown("helo  auth login"), SPAN_LIT("helo  auth login"), "one without secret");
	SAME_SPAN(shown("EHLO authserver12"), SPAN_LIT("EHLO authserver12"), "a name");
	SAME_SPAN(shown("c2VjcmV0"), SPAN_LIT("[redacted]"), "base64 out of nowhere");
	SAME_SPAN(shown("c2VjcmV"), SPAN_LIT("c2VjcmV"), "too short for it");
	SAME_SPAN(shown(" AUHT\tPLAIN  AGFsaWNlAHNlY3JldA== "),
	    SPAN_LIT(" AUHT\tPLAIN  [redacted] "), "AUTH misspelt");
	SAME_SPAN(shown("AUTH-PLAIN AGFsaWNl x c2VjcmV0"),
	    SPAN_LIT("AUTH-PLAIN [redacted] x [redacted]"), "two such words");
	SAME_SPAN(shown("AUTHPLAIN disconnect"), SPAN_LIT("AUTHPLAIN disconnect"), "plain words");
	SAME_SPAN(shown("GET /index.html HTTP/1.1"), SPAN_LIT("GET /index.html HTTP/1.1"),
	    "no such word");
	SAME_SPAN(shown("NOOP AGFsaWNlAHNlY3JldA=="), SPAN_LIT("NOOP AGFsaWNlAHNlY3JldA=="),
	    "one behind a command");
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
	SAME_SPAN(shown("Ym9i"), SPAN_LIT("Ym9i"), "short base64 behind another command");
	r.answers = true;
	SAME_SPAN(shown("anything at all"), SPAN_LIT("[redacted]"), "the answer to a 334");
	SAME_SPAN(
	    shown("MAIL FROM:<x>"), SPAN_LIT("[redacted]"), "even if it looks like a command");
	SAME_SPAN(shown("*"), SPAN_LIT("*"), "but not the star");
}

static void
test_start_missing(void)
{
	r = (struct redact){0};
	redact_start_missing(&r);
	SAME_SPAN(shown("any thing"), SPAN_LIT("[redacted]"), "the first line, if no command");
	SAME_SPAN(shown("Ym9i!"), SPAN_LIT("[redacted]"), "and the next");
	SAME_SPAN(shown("*"), SPAN_LIT("*"), "but not the star");
	redact_replied(&r, 535);
	SAME_SPAN(shown("any thing"), SPAN_LIT("any thing"), "behind a reply");
	SAME_SPAN(shown("Ym9i"), SPAN_LIT("[redacted]"), "it still may be of an AUTH");
	redact_start_missing(&r);
	SAME_SPAN(shown("rset"), SPAN_LIT("rset"), "a command");
	SAME_SPAN(shown("any thing"), SPAN_LIT("any thing"), "behind a command");
	redact_start_missing(&r);
	redact_replied(&r, 334);
	SAME_SPAN(shown("RSET"), SPAN_LIT("[redacted]"), "the answer to a 334 that is there");
}

static struct span
replied(const char *line)
{
	return redact_reply(&r, span_str(line), &out);
}

static void
test_replies(void)
{
	r = (struct redact){0};
	SAME_SPAN(replied("250 c2VjcmV0"), SPAN_LIT("250 c2VjcmV0"), "nothing was taken out");
	shown("AUTH PLAIN c2VjcmV0 c2VjcmV0MTIz = 250");
	SAME_SPAN(replied("535 no: c2VjcmV0MTIz, <c2VjcmV0>"),
	    SPAN_LIT("535 no: [redacted], <[redacted]>"), "what was taken out");
	SAME_SPAN(replied("250 a=b"), SPAN_LIT("250 a=b"), "but nothing short");
	shown("GARBLED. AGFsaWNlAHNlY3JldA==");
	SAME_SPAN(replied("502 GARBLED. AGFsaWNlAHNlY3JldA=="), SPAN_LIT("502 GARBLED. [redacted]"),
	    "a stray word");
	shown("QUIT");
	SAME_SPAN(replied("221 AGFsaWNlAHNlY3JldA=="), SPAN_LIT("221 AGFsaWNlAHNlY3JldA=="),
	    "a reply to another line");
}

int
main(void)
{
	buf_init(&out, 4000);
	test_commands();
	test_redacted();
	test_start_missing();
	test_replies();
	buf_free(&out);
	return tap_end();
}
