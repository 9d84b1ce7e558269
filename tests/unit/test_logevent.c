/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "sessionparse/logevent.h"

/* One text: its kind, its text, and the queue id and client's address where it has them. */
static void
gives(const char *text, enum logevent_kind kind, const char *said, const char *queue_id,
    const char *ip)
{
	struct logevent e = logevent_parse(span_str(text));

	OK(e.kind == kind, text);
	if (e.kind != kind)
		printf("# it was taken for: %s\n", logevent_name(e.kind));
	SAME_SPAN(e.text, span_str(said), "its text");
	SAME_SPAN(e.queue_id, span_str(queue_id), "its queue id");
	SAME_SPAN(e.client.ip, span_str(ip), "its client");
	OK(kind == EVENT_NOISE || logevent_is_candidate(span_str(text)),
	    "it is not thrown away at first sight");
}

#define WHO "unknown[192.0.2.1]"

static void
test_session_texts(void)
{
	gives("connect from " WHO, EVENT_CONNECT, NULL, NULL, "192.0.2.1");
	gives("connect from mx.example.net[2001:db8::1]", EVENT_CONNECT, NULL, NULL, "2001:db8::1");
	gives("connect from unknown[unknown]", EVENT_CONNECT, NULL, NULL, "unknown");
	gives(
	    "connect from mx.example.net[192.0.2.1]:40123", EVENT_CONNECT, NULL, NULL, "192.0.2.1");
	gives("disconnect from " WHO, EVENT_DISCONNECT, "", NULL, "192.0.2.1");
	gives("disconnect from " WHO " ehlo=1 commands=1", EVENT_DISCONNECT, " ehlo=1 commands=1",
	    NULL, "192.0.2.1");
	gives("< " WHO ": EHLO a]: b", EVENT_CLIENT_SAYS, "EHLO a]: b", NULL, "192.0.2.1");
	gives("< " WHO ":  x ", EVENT_CLIENT_SAYS, " x ", NULL, "192.0.2.1");
	gives("< " WHO ": ", EVENT_CLIENT_SAYS, "", NULL, "192.0.2.1");
	gives("< " WHO ":", EVENT_CLIENT_SAYS, "", NULL, "192.0.2.1");
	gives("> " WHO ": 250-x", EVENT_SERVER_SAYS, "250-x", NULL, "192.0.2.1");
	gives("> in.example[192.0.2.1]:25: EHLO x", EVENT_SERVER_SAYS, "EHLO x", NULL, "192.0.2.1");
	gives("lost connection after CONNECT from " WHO, EVENT_LOST, "CONNECT", NULL, "192.0.2.1");
	gives("lost connection after DATA (16 bytes) from " WHO, EVENT_LOST, "DATA", NULL,
	    "192.0.2.1");
	gives("timeout after END-OF-MESSAGE from " WHO, EVENT_TIMEOUT, "END-OF-MESSAGE", NULL,
	    "192.0.2.1");
	gives("too many errors after RCPT from " WHO, EVENT_TOO_MANY_ERRORS, "RCPT", NULL,
	    "192.0.2.1");
	gives(
	    "NOQUEUE: lost connection after EHLO from " WHO, EVENT_LOST, "EHLO", NULL, "192.0.2.1");
	gives("52C27A961D3: lost connection after DATA (16 bytes) from " WHO, EVENT_LOST, "DATA",
	    "52C27A961D3", "192.0.2.1");
	gives("warning: non-SMTP command from " WHO ": GET / HTTP/1.1", EVENT_NON_SMTP, NULL, NULL,
	    "192.0.2.1");
	gives("warning: Connection rate limit exceeded: 31 from " WHO " for service smtp",
	    EVENT_REFUSED, NULL, NULL, "192.0.2.1");
	gives("NOQUEUE: reject: CONNECT from " WHO ": 554 5.7.1 x", EVENT_REFUSED, NULL, NULL,
	    "192.0.2.1");
	gives("NOQUEUE: warn: CONNECT from " WHO ": 554 5.7.1 x", EVENT_REJECT, NULL, NULL,
	    "192.0.2.1");
	gives("NOQUEUE: reject: RCPT from " WHO ": 450 4.2.0 <x>", EVENT_REJECT, NULL, NULL,
	    "192.0.2.1");
	gives("52C27A961D3: milter-reject: DATA from " WHO ": 550 x", EVENT_REJECT, NULL,
	    "52C27A961D3", "192.0.2.1");
	gives("Verified TLS connection established from " WHO ": TLSv1.3 with", EVENT_TLS,
	    "Verified TLS connection established from " WHO ": TLSv1.3 with", NULL, "192.0.2.1");
	gives("TLS connection established from " WHO ": TLSv1 with", EVENT_TLS,
	    "TLS connection established from " WHO ": TLSv1 with", NULL, "192.0.2.1");
	gives("SSL_accept error from " WHO ": -1", EVENT_TLS_ERROR, "-1", NULL, "192.0.2.1");
	gives("warning: TLS library problem: error:0A000418:x", EVENT_TLS_ERROR, "error:0A000418:x",
	    NULL, NULL);
	gives("warning: " WHO ": SASL PLAIN authentication failed: x", EVENT_SASL_FAILED, "PLAIN",
	    NULL, "192.0.2.1");
}

static void
test_queue_texts(void)
{
	gives("52C27A961D3: client=" WHO, EVENT_MAIL_CLIENT, NULL, "52C27A961D3", "192.0.2.1");
	gives("4Lyb5328XVzj9Jl: client=" WHO ", sasl_method=PLAIN, sasl_username=u",
	    EVENT_MAIL_CLIENT, "PLAIN", "4Lyb5328XVzj9Jl", "192.0.2.1");
	gives("NOQUEUE: client=" WHO ", orig_client=fw.example[203.0.113.1]", EVENT_MAIL_CLIENT,
	    NULL, NULL, "192.0.2.1");
	gives("52C27A961D3: message-id=<a@b>", EVENT_MESSAGE_ID, "<a@b>", "52C27A961D3", NULL);
	gives("52C27A961D3: message-id=", EVENT_MESSAGE_ID, "", "52C27A961D3", NULL);
	gives("52C27A961D3: from=<a@b>, size=1", EVENT_QUEUED, "from=<a@b>, size=1", "52C27A961D3",
	    NULL);
	gives("52C27A961D3: to=<a@b>, relay=x", EVENT_DELIVERY, "to=<a@b>, relay=x", "52C27A961D3",
	    NULL);
	gives("52C27A961D3: sender non-delivery notification: A2C27A961D3", EVENT_NOTICE,
	    "A2C27A961D3", "52C27A961D3", NULL);
	gives("52C27A961D3: postmaster delay notification: 4Lyb5328XVzj9Jl", EVENT_NOTICE,
	    "4Lyb5328XVzj9Jl", "52C27A961D3", NULL);
	gives("52C27A961D3: removed", EVENT_REMOVED, NULL, "52C27A961D3", NULL);
	gives("52C27A961D3: removed (canceled)", EVENT_REMOVED, NULL, "52C27A961D3", NULL);
	gives("52C27A961D3: uid=0 from=<root>", EVENT_QUEUE_OTHER, NULL, "52C27A961D3", NULL);
	gives("52C27A961D3: warning: header Subject: 52C27A961D3: removed", EVENT_QUEUE_OTHER, NULL,
	    "52C27A961D3", NULL);
	gives("52C27A961D3: sender non-delivery notification: x y", EVENT_QUEUE_OTHER, NULL,
	    "52C27A961D3", NULL);
}

static void
test_other_texts(void)
{
	struct logevent e;

	e = logevent_parse(
	    SPAN_LIT("warning: process /usr/lib/postfix/sbin/smtpd pid 31512 killed by signal 9"));
	OK(e.kind == EVENT_PROCESS_GONE && e.number == 31512, "a killed process");
	e = logevent_parse(
	    SPAN_LIT("warning: process /usr/lib/postfix/sbin/smtpd pid 31512 exit status 1"));
	OK(e.kind == EVENT_PROCESS_GONE && e.number == 31512, "a process that failed");
	e = logevent_parse(SPAN_LIT("message repeated 5 times: [ NOQUEUE: reject: x]"));
	OK(e.kind == EVENT_REPEATED && e.number == 5, "a repeated message");
	SAME_SPAN(e.text, SPAN_LIT("NOQUEUE: reject: x"), "which one");
	gives("daemon started -- version 3.7.11, configuration /etc/postfix", EVENT_MASTER_STARTED,
	    NULL, NULL, NULL);
}

static void
test_noise(void)
{
	static const char *const noise[] = {"", "x", "<", "< ", "< x", "<< x",
	    ">>> START Recipient address RESTRICTIONS <<<", "< a b[192.0.2.1]: x",
	    "< unknown[192.0.2.1] x", "< unknown[192.0.2.1]:x", "connect from x",
	    "connection closed", "connect to x[192.0.2.1]:25: Connection refused",
	    "match_list_match: unknown: no match", "disconnect from", "dict_lookup: x",
	    "lost connection with x[192.0.2.1]", "lost connection after X", "timeout after from",
	    "warning: hostname x does not resolve to address 192.0.2.1", "warning: process x",
	    "watchdog_pat: 0x1",
	    "Trusted TLS connection established to x[192.0.2.1]:25: TLSv1.3 with cipher",
	    "NOQUEUE: x", "NOQUEUE: removed", "ABCD: removed", "abcdef: removed", "ABCDE removed",
	    "4Lyb5328XVaj9Jl: removed", "statistics: max connection rate 1/60s",
	    "message repeated x times: [ y]", "SSL_accept:before initialization", "fatal: x",
	    "daemon started", "0123456789ABCDEF0123456789ABCDEF: removed"};

	for (size_t i = 0; i < sizeof noise / sizeof *noise; i++)
		OK(logevent_parse(span_str(noise[i])).kind == EVENT_NOISE,
		    noise[i][0] ? noise[i] : "(nothing)");
}

static void
test_queue_ids(void)
{
	OK(is_queue_id(SPAN_LIT("52C27")) && is_queue_id(SPAN_LIT("E6EB9A8A2B2")) &&
		is_queue_id(SPAN_LIT("4Lyb5328XVzj9Jl")),
	    "queue ids");
	OK(!is_queue_id(SPAN_LIT("52C2")) && !is_queue_id(SPAN_LIT("e6eb9")) &&
		!is_queue_id(SPAN_LIT("4Lyb5328XVaj9Jl")) && !is_queue_id(SPAN_LIT("NOQUEUE")) &&
		!is_queue_id(SPAN_LIT("warning")) && !is_queue_id(SPAN_LIT("")),
	    "others");
}

int
main(void)
{
	test_session_texts();
	test_queue_texts();
	test_other_texts();
	test_noise();
	test_queue_ids();
	return tap_end();
}
