/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "sessionparse/screentext.h"

#define WHO "[192.0.2.20]:41231"

static void
gives(const char *text, enum logevent_kind kind, enum screen_test test, const char *after,
    const char *said)
{
	struct logevent e = logevent_parse(span_str(text));

	OK(e.kind == kind && (kind != EVENT_SCREEN_FAILED || e.test == test), text);
	if (e.kind != kind)
		printf("# it was taken for: %s\n", logevent_name(e.kind));
	SAME_SPAN(e.client.endpoint, SPAN_LIT(WHO), "its client");
	SAME_SPAN(e.client.ip, SPAN_LIT("192.0.2.20"), "the address");
	SAME_SPAN(e.after, span_str(after), "the command before it");
	SAME_SPAN(e.text, span_str(said), "its text");
	OK(logevent_is_candidate(span_str(text)), "it is not thrown away at first sight");
}

static void
fails(const char *text, enum screen_test test, const char *after, const char *said)
{
	gives(text, EVENT_SCREEN_FAILED, test, after, said);
}

static void
test_texts(void)
{
	enum screen_test none = SCREEN_TESTS;

	gives("CONNECT from " WHO " to [198.51.100.1]:25", EVENT_SCREEN_CONNECT, none, NULL,
	    "[198.51.100.1]:25");
	gives("DISCONNECT " WHO, EVENT_SCREEN_DISCONNECT, none, NULL, NULL);
	gives("PASS NEW " WHO, EVENT_SCREEN_PASSED, none, NULL, NULL);
	gives("PASS OLD " WHO, EVENT_SCREEN_PASSED, none, NULL, NULL);
	gives("ALLOWLISTED " WHO, EVENT_SCREEN_PASSED, none, NULL, NULL);
	gives("WHITELISTED " WHO, EVENT_SCREEN_PASSED, none, NULL, NULL);
	gives("HANGUP after 0.3 from " WHO " in tests before SMTP handshake", EVENT_SCREEN_HANGUP,
	    none, NULL, "before SMTP handshake");
	fails("DENYLISTED " WHO, SCREEN_DENYLISTED, NULL, NULL);
	fails("BLACKLISTED " WHO, SCREEN_DENYLISTED, NULL, NULL);
	fails("ALLOWLIST VETO " WHO, SCREEN_ALLOWLIST_VETO, NULL, NULL);
	fails("WHITELIST VETO " WHO, SCREEN_ALLOWLIST_VETO, NULL, NULL);
	fails("PREGREET 32 after 0 from " WHO ": EHLO x\\r\\n", SCREEN_PREGREET, NULL,
	    "EHLO x\\r\\n");
	fails("DNSBL rank 3 for " WHO, SCREEN_DNSBL, NULL, NULL);
	fails(
	    "COMMAND PIPELINING from " WHO " after EHLO: MAIL", SCREEN_PIPELINING, "EHLO", "MAIL");
	fails("COMMAND PIPELINING from " WHO " after ?: \\000", SCREEN_PIPELINING, "", "?: \\000");
	fails("COMMAND PIPELINING from " WHO " after .: \\n", SCREEN_PIPELINING, "", ".: \\n");
	fails("COMMAND PIPELINING from " WHO " after c2VjcmV0MTIz: x", SCREEN_PIPELINING, NULL,
	    "c2VjcmV0MTIz: x");
	fails("COMMAND PIPELINING from " WHO " after cGFzcw: x", SCREEN_PIPELINING, "cGFzcw",
	    "cGFzcw: x");
	fails("NON-SMTP COMMAND from " WHO " after CONNECT: GET / HTTP/1.1", SCREEN_NON_SMTP,
	    "CONNECT", "GET / HTTP/1.1");
	fails("BARE NEWLINE from " WHO " after HELO a", SCREEN_BARE_NEWLINE, "HELO", "HELO a");
	fails("COMMAND TIME LIMIT from " WHO " after CONNECT", SCREEN_TIME_LIMIT, "CONNECT",
	    "CONNECT");
	fails("COMMAND COUNT LIMIT from " WHO " after RCPT", SCREEN_COUNT_LIMIT, "RCPT", "RCPT");
	fails("COMMAND LENGTH LIMIT from " WHO " after RCPT", SCREEN_LENGTH_LIMIT, "RCPT", "RCPT");
	fails("DATA without valid RCPT from " WHO, SCREEN_NO_RCPT, "DATA", NULL);
	fails("BDAT without valid RCPT from " WHO, SCREEN_NO_RCPT, "BDAT", NULL);
}

static void
test_shared(void)
{
	enum screen_test none = SCREEN_DENYLISTED;

	gives("> " WHO ": 250 Ok", EVENT_SERVER_SAYS, none, NULL, "250 Ok");
	gives("< " WHO ": a]: b", EVENT_CLIENT_SAYS, none, NULL, "a]: b");
	gives("NOQUEUE: reject: RCPT from " WHO ": 450 4.3.2 x; from=<>, to=<>", EVENT_REJECT, none,
	    NULL, "450 4.3.2 x; from=<>, to=<>");
	gives("NOQUEUE: reject: CONNECT from " WHO ": too many connections", EVENT_REFUSED, none,
	    NULL, "too many connections");
	gives("SSL_accept error from " WHO ": lost connection", EVENT_TLS_ERROR, none, NULL,
	    "lost connection");
	gives("Anonymous TLS connection established from " WHO ": TLSv1.3", EVENT_TLS, none, NULL,
	    "Anonymous TLS connection established from " WHO ": TLSv1.3");
}

static void
test_none(void)
{
	static const char *const noise[] = {"CONNECT from " WHO, "CONNECT from " WHO " to",
	    "CONNECT from " WHO " to [198.51.100.1]:25 x", "DISCONNECT", "DISCONNECT ",
	    "DISCONNECT " WHO " x", "DISCONNECT 192.0.2.20:41231", "DISCONNECT [192.0.2.20]",
	    "DISCONNECT [192.0.2.20]:", "DISCONNECT [192.0.2.20]:123456", "PASS pregreet test " WHO,
	    "PASS " WHO, "FAIL " WHO, "DROP " WHO, "UNPASS " WHO, "ENFORCE " WHO,
	    "PREGREET x after 0 from " WHO, "PREGREET 3 from " WHO, "DNSBL rank x for " WHO,
	    "HANGUP after 0 from " WHO, "HANGUP from " WHO " in tests before",
	    "NON-SMTP COMMAND from x", "WHITELISTED", "> [192.0.2.20]: 250 Ok"};

	for (size_t i = 0; i < sizeof noise / sizeof *noise; i++)
		OK(logevent_parse(span_str(noise[i])).kind == EVENT_NOISE, noise[i]);
	OK(logevent_parse(SPAN_LIT("connect from a[192.0.2.20]:41231")).client.endpoint.p == NULL,
	    "a client with a name is not postscreen's");
}

static void
test_values(void)
{
	struct logevent e = logevent_parse(SPAN_LIT("DNSBL rank 13 for [2001:db8::1]:5"));

	SAME_INT(e.number, 13, "a rank");
	SAME_SPAN(e.client.ip, SPAN_LIT("2001:db8::1"), "an IPv6 address");
	SAME_SPAN(e.client.endpoint, SPAN_LIT("[2001:db8::1]:5"), "and its endpoint");
	for (int i = 0; i < SCREEN_TESTS; i++)
		OK(screen_test_name((enum screen_test)i) != NULL, "a test's name");
}

int
main(void)
{
	test_texts();
	test_shared();
	test_none();
	test_values();
	return tap_end();
}
