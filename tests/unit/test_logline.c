/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "sessionparse/logline.h"

static struct buf scratch;
static struct logline l;

static bool
splits(const char *line)
{
	return logline_split(&l, span_str(line), &scratch);
}

/* Every form of header gives the same five facts. */
static void
test_forms(void)
{
	static const struct {
		const char *line, *when, *host, *tag;
	} forms[] = {
	    {"Nov 21 19:34:06 mx1 postfix/smtpd[77]: the text", "Nov 21 19:34:06", "mx1",
		"postfix/smtpd"},
	    {"Mar 7 02:09:33 mx1 postfix/smtpd[77]: the text", "Mar 7 02:09:33", "mx1",
		"postfix/smtpd"},
	    {"Nov 21 19:49:27.621223 mx1 postfix/smtpd[77]: the text", "Nov 21 19:49:27.621223",
		"mx1", "postfix/smtpd"},
	    {"2026-11-21T19:49:27.621223+00:00 mx1 postfix/smtpd[77]: the text",
		"2026-11-21T19:49:27.621223+00:00", "mx1", "postfix/smtpd"},
	    {"2026-11-21T19:49:27+0000 mx1 a/smtpd[77]: the text", "2026-11-21T19:49:27+0000",
		"mx1", "a/smtpd"},
	    {"Sat 2026-11-21 19:49:27 UTC mx1 postfix/smtpd[77]: the text",
		"Sat 2026-11-21 19:49:27 UTC", "mx1", "postfix/smtpd"},
	    {"1795290567.621223 mx1 postfix/smtpd[77]: the text", "1795290567.621223", "mx1",
		"postfix/smtpd"},
	    {"<22>Nov 21 19:34:06 mx1 postfix/smtpd[77]: the text", "Nov 21 19:34:06", "mx1",
		"postfix/smtpd"},
	    {"Nov 21 19:34:06 <mail.info> mx1 postfix/smtpd[77]: the text", "Nov 21 19:34:06",
		"mx1", "postfix/smtpd"},
	    {"Nov 21 19:34:06 mx1 postfix/smtpd[77]: [ID 197553 mail.info] the text",
		"Nov 21 19:34:06", "mx1", "postfix/smtpd"},
	    {"<22>1 2026-11-21T19:49:27.621223Z mx1 postfix 77 - -  the text",
		"2026-11-21T19:49:27.621223Z", "mx1", "postfix"},
	    {"<22>1 2026-11-21T19:49:27Z mx1 postfix/smtpd 77 - [a b=\"]\\\"]\"][c] the text",
		"2026-11-21T19:49:27Z", "mx1", "postfix/smtpd"},
	    {"{\"log\":\"Nov 21 19:34:06 mx1 postfix/smtpd[77]: the "
	     "text\\n\",\"time\":\"2026-11-21T19:34:13Z\"}",
		"2026-11-21T19:34:13Z", "mx1", "postfix/smtpd"},
	    {"{\"log\":\"Nov 21 19:34:06 mx1 postfix/smtpd[77]: the text\"}", "Nov 21 19:34:06",
		"mx1", "postfix/smtpd"},
	    {"{ \"time\" : \"2026-11-21T19:34:13Z\" , \"log\" : \"postfix/smtpd[77]: the text\" }",
		"2026-11-21T19:34:13Z", "", "postfix/smtpd"},
	    {"2026-11-21T19:34:13Z stderr F Nov 21 19:34:06 mx1 postfix/smtpd[77]: the text",
		"2026-11-21T19:34:13Z", "mx1", "postfix/smtpd"},
	    {"{\"MESSAGE\":\"the te\\u0078t\",\"__REALTIME_TIMESTAMP\":\"1\",\"_HOSTNAME\":\"mx1\","
	     "\"SYSLOG_IDENTIFIER\":\"postfix\\/smtpd\",\"_PID\":\"77\"}",
		"1", "mx1", "postfix/smtpd"},
	    {"{\"MESSAGE\":[116,104, "
	     "101,32,116,101,120,116],\"__REALTIME_TIMESTAMP\":\"1\",\"_HOSTNAME\":\"mx1\","
	     "\"SYSLOG_IDENTIFIER\":\"a/smtpd\",\"_PID\":\"1\",\"SYSLOG_PID\":\"77\"}",
		"1", "mx1", "a/smtpd"},
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		OK(splits(forms[i].line), forms[i].line);
		SAME_SPAN(l.when, span_str(forms[i].when), "its stamp");
		SAME_SPAN(l.host, span_str(forms[i].host), "its host");
		SAME_SPAN(l.tag, span_str(forms[i].tag), "its tag");
		SAME_SPAN(l.text, SPAN_LIT("the text"), "its text");
		SAME_INT(l.pid, 77, "its pid");
	}
}

static void
test_none(void)
{
	static const char *const bad[] = {"", " ", "{", "{}", "{\"log\":1}", "{\"log\":\"x",
	    "{\"log\":\"x\"} y", "<", "<22", "<22>", "<22>1", "<22>1 a b c d e",
	    "<2222>Nov 21 19:34:06 a b[1]: c", "Nov 21 19:34:06", "Nov 21 19:34:06 ",
	    "Nov 21 19:34:06 mx1", "Nov 21 19:34:06 mx1 last message repeated 3 times",
	    "Nov 21 19:34:06 mx1 a: text", "Nov 21 19:34:06 mx1 a[]: text",
	    "Nov 21 19:34:06 mx1 a[x]: text", "Nov 21 19:34:06 mx1 [1]: text",
	    "Nov 21 19:34:06 mx1 a[12345678901]: text", "Nov 21 19:34:06  a[1]: text",
	    "postfix/smtpd[1]: text", "{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"a\"}",
	    "2026-11-21T19:34:13Z stdout P x a[1]: text"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(!splits(bad[i]), bad[i][0] ? bad[i] : "(nothing)");
}

static void
test_escapes(void)
{
	OK(splits("{\"log\":\"a/b[1]: "
		  "\\\"\\\\\\/"
		  "\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00\\ud83d\\u0041\\udc00\\uZ\"}"),
	    "every escape");
	SAME_SPAN(l.text,
	    SPAN_LIT("\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd"
		     "A\xef\xbf\xbd\xef\xbf\xbdZ"),
	    "undone");
	OK(splits("{\"log\":\"a/b[1]: x\\u0000y\"}"), "a NUL");
	SAME_SPAN(l.text, SPAN_LIT("x\0y"), "stays one");
}

static void
test_tag(void)
{
	OK(splits("Nov 21 19:34:06 mx1 postfix-mx2/submission/smtpd[1]: "), "an empty text");
	SAME_SPAN(l.text, SPAN_LIT(""), "is empty");
	SAME_SPAN(logline_daemon(&l), SPAN_LIT("smtpd"), "the daemon");
	SAME_SPAN(logline_instance(l.tag), SPAN_LIT("postfix-mx2"), "the instance");
	OK(!l.tag_is_cut, "the tag is whole");
	OK(splits("<22>1 2026-11-21T19:49:27Z mx1 postfix 77 - -  x") && l.tag_is_cut,
	    "RFC 5424 cuts it at the slash");
	SAME_SPAN(logline_daemon(&l), SPAN_LIT("postfix"), "so the daemon is not known");
}

static void
test_guess(void)
{
	struct span text;

	OK(logline_guess_text(SPAN_LIT("Nov 21 19:34:06 mx1 a/b[1]: x]: y"), &text),
	    "a usual line");
	SAME_SPAN(text, SPAN_LIT("x]: y"), "its text");
	OK(!logline_guess_text(SPAN_LIT("{\"log\":\"a[1]: x\"}"), &text), "not of JSON");
	OK(!logline_guess_text(SPAN_LIT("<22>1 x [y]: z"), &text), "nor of RFC 5424");
	OK(!logline_guess_text(SPAN_LIT("a[1]"), &text) &&
		!logline_guess_text(SPAN_LIT("a[1]:"), &text) &&
		!logline_guess_text(SPAN_LIT("a[1]: "), &text) &&
		!logline_guess_text(SPAN_LIT("]"), &text) &&
		!logline_guess_text(SPAN_LIT(""), &text),
	    "not where there is none");
}

int
main(void)
{
	buf_init(&scratch, 1 << 17);
	test_forms();
	test_none();
	test_escapes();
	test_tag();
	test_guess();
	buf_free(&scratch);
	return tap_end();
}
