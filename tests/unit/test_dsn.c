/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "mail/dsn.h"

static struct arena *a;

static struct dsn
read_text(const char *text)
{
	return dsn_read(a, span_str(text));
}

static void
postfix(void)
{
	struct dsn d = read_text("From MAILER-DAEMON Sat Nov 21 19:34:06 2026\n"
				 "Date: Sat, 21 Nov 2026 19:34:06 +0000 (UTC)\n"
				 "From: MAILER-DAEMON@mail.example (Mail Delivery System)\n"
				 "Subject: Undelivered Mail Returned to Sender\n"
				 "Content-Type: multipart/report; report-type=delivery-status;\n"
				 "\tboundary=\"4TZ.1795290567/mail.example\"\n"
				 "\n"
				 "This is a MIME-encapsulated message.\n"
				 "\n"
				 "--4TZ.1795290567/mail.example\n"
				 "Content-Description: Notification\n"
				 "Content-Type: text/plain; charset=us-ascii\n"
				 "\n"
				 "I'm sorry to have to inform you ...\n"
				 "\n"
				 "--4TZ.1795290567/mail.example\n"
				 "Content-Type: message/delivery-status\n"
				 "\n"
				 "Reporting-MTA: dns; mail.example\n"
				 "Original-Envelope-Id: QQ1\n"
				 "X-Postfix-Queue-ID: 4TZ\n"
				 "Arrival-Date: Sat, 21 Nov 2026 19:34:05 +0000 (UTC)\n"
				 "\n"
				 "Final-Recipient: rfc822; measurement@abc.dane-bad.example.com\n"
				 "Original-Recipient: rfc822;measurement@ABC.dane-bad.example.com\n"
				 "Action: failed\n"
				 "Status: 4.7.5\n"
				 "Remote-MTA: dns; dane.example.com\n"
				 "Diagnostic-Code: X-Postfix; Server certificate not verified:\n"
				 "    digest differs\n"
				 "\n"
				 "Final-Recipient: rfc822; second@example.com\n"
				 "Action: delayed\n"
				 "Status: 4.4.1 (no answer)\n"
				 "\n"
				 "--4TZ.1795290567/mail.example\n"
				 "Content-Type: text/rfc822-headers\n"
				 "\n"
				 "To: Someone <measurement@abc.dane-bad.example.com>, b@c\n"
				 "Subject: x\n"
				 "\n"
				 "--4TZ.1795290567/mail.example--\n");

	SAME_INT(d.form, DSN_REPORT, "Postfix: a report");
	SAME_INT(d.recipients_n, 2, "of two recipients");
	SAME_SPAN(d.reporting_mta, SPAN_LIT("mail.example"), "who reports");
	SAME_SPAN(d.envelope_id, SPAN_LIT("QQ1"), "the envelope");
	SAME_INT(d.recipients[0].action, DSN_FAILED, "the first failed");
	SAME_SPAN(d.recipients[0].final, SPAN_LIT("measurement@abc.dane-bad.example.com"), "who");
	SAME_SPAN(d.recipients[0].original, SPAN_LIT("measurement@ABC.dane-bad.example.com"),
	    "as the sender wrote it");
	SAME_SPAN(d.recipients[0].status, SPAN_LIT("4.7.5"), "enhanced code");
	SAME_SPAN(d.recipients[0].remote_mta, SPAN_LIT("dane.example.com"), "remote MTA");
	SAME_SPAN(d.recipients[0].diagnostic,
	    SPAN_LIT("Server certificate not verified:    digest differs"), "unfolded diagnostic");
	SAME_INT(d.recipients[1].action, DSN_DELAYED, "the second is delayed");
	SAME_SPAN(d.recipients[1].status, SPAN_LIT("4.4.1"), "a comment is no part of the code");
	OK(!d.recipients[1].original.p && !d.recipients[1].remote_mta.p, "not told: none");
	SAME_INT(d.time_utc, 1795289646, "its date");
	SAME_SPAN(dsn_returned_address(a, &d, SPAN_LIT("To")),
	    SPAN_LIT("measurement@abc.dane-bad.example.com"), "of the mail that came back");
}

static void
microsoft(void)
{
	struct dsn d =
	    read_text("Date: Sat, 21 Nov 2026 19:34:06 +0000\r\n"
		      "Content-Type: multipart/mixed; boundary=outer\r\n"
		      "\r\n"
		      "--outer\r\n"
		      "Content-Type: multipart/report;\r\n"
		      "\tboundary=inner; report-type=delivery-status\r\n"
		      "\r\n"
		      "--inner\r\n"
		      "Content-Type: text/html; charset=utf-8\r\n"
		      "\r\n"
		      "<html>Action: failed</html>\r\n"
		      "--inner\r\n"
		      "Content-Type: message/delivery-status\r\n"
		      "\r\n"
		      "Reporting-MTA: dns;DU0PR01MB1.eurprd01.prod.example\r\n"
		      "Received-From-MTA: dns;AM0.example\r\n"
		      "Arrival-Date: Sat, 21 Nov 2026 18:00:00 +0000\r\n"
		      "\r\n"
		      "Final-Recipient: rfc822;measurement@abc.dnssec-broken.example.com\r\n"
		      "Action: failed\r\n"
		      "Status: 5.7.324\r\n"
		      "Diagnostic-Code: smtp;550 5.7.324 dnssec-invalid: Destination domain "
		      "returned invalid\r\n"
		      " DNSSEC records\r\n"
		      "X-Display-Name: measurement\r\n"
		      "\r\n"
		      "\r\n"
		      "--inner--\r\n"
		      "--outer--\r\n");

	SAME_INT(d.recipients_n, 1, "Microsoft: a report within another multipart, CRLF");
	SAME_SPAN(d.recipients[0].status, SPAN_LIT("5.7.324"), "three digits");
	SAME_SPAN(d.recipients[0].diagnostic,
	    SPAN_LIT(
		"550 5.7.324 dnssec-invalid: Destination domain returned invalid DNSSEC records"),
	    "diagnostic");
	SAME_SPAN(d.reporting_mta, SPAN_LIT("DU0PR01MB1.eurprd01.prod.example"), "who reports");
}

static void
qmail(void)
{
	struct dsn d = read_text(
	    "Date: 21 Nov 2026 19:34:06 -0000\n"
	    "From: MAILER-DAEMON@q.example\n"
	    "Subject: failure notice\n"
	    "\n"
	    "Hi. This is the qmail-send program at q.example.\n"
	    "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
	    "This is a permanent error; I've given up. Sorry it didn't work out.\n"
	    "\n"
	    "<measurement@abc.v6-mail.example.com>:\n"
	    "Sorry, I couldn't find any host named abc.v6-mail.example.com. (#5.1.2)\n"
	    "\n"
	    "<b@example.com>:\n"
	    "192.0.2.1 does not like recipient.\n"
	    "Remote host said: 550 5.7.1 no. Really\n"
	    "Giving up on 192.0.2.1.\n"
	    "\n"
	    "--- Below this line is a copy of the message.\n"
	    "\n"
	    "Return-Path: <u@q.example>\n"
	    "To: measurement@abc.v6-mail.example.com\n"
	    "\n"
	    "<c@example.com>:\n"
	    "no recipient\n");

	SAME_INT(d.form, DSN_QMAIL, "qmail: QSBMF");
	SAME_INT(d.recipients_n, 2, "two recipients, none of the mail's own text");
	SAME_SPAN(d.recipients[0].final, SPAN_LIT("measurement@abc.v6-mail.example.com"), "who");
	SAME_SPAN(d.recipients[0].status, SPAN_LIT("5.1.2"), "code in parentheses");
	SAME_SPAN(d.recipients[1].status, SPAN_LIT("5.7.1"), "code in a reply");
	OK(d.recipients[0].action == DSN_FAILED && d.recipients[1].action == DSN_FAILED, "failed");
}

static void
exim(void)
{
	struct dsn d =
	    read_text("Date: Sat, 21 Nov 2026 19:34:06 +0000\n"
		      "X-Failed-Recipients: measurement@abc.tls.example.com,\n"
		      "  d@example.com\n"
		      "Auto-Submitted: auto-replied\n"
		      "Subject: Mail delivery failed: returning message to sender\n"
		      "\n"
		      "This message was created automatically by mail delivery software.\n"
		      "\n"
		      "  measurement@abc.tls.example.com\n"
		      "    host tls.example.com [192.0.2.3]\n"
		      "    SMTP error from remote mail server after MAIL FROM:<u@e.example>:\n"
		      "    530 5.7.0 Must issue a STARTTLS command first\n"
		      "\n"
		      "------ This is a copy of the message, including all the headers. ------\n"
		      "\n"
		      "To: measurement@abc.tls.example.com\n");

	SAME_INT(d.form, DSN_EXIM, "Exim: text");
	SAME_INT(d.recipients_n, 2, "all of the header field");
	SAME_SPAN(d.recipients[0].status, SPAN_LIT("5.7.0"), "code out of the reply");
	OK(!d.recipients[1].status.p && !d.recipients[1].diagnostic.p, "nothing said of the other");
	SAME_SPAN(dsn_returned_address(a, &d, SPAN_LIT("to")),
	    SPAN_LIT("measurement@abc.tls.example.com"), "the mail that came back");
}

static void
odd(void)
{
	static const char base64[] =
	    "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n"
	    "Date: Sat, 21 Nov 2026 19:34:06 +0000\n\n"
	    "UmVwb3J0aW5nLU1UQTogZG5zOyB4CgpGaW5hbC1SZWNpcGllbnQ6IHJmYzgyMjsgYUBi\n"
	    "CkFjdGlvbjogZmFpbGVkCg==\n";
	struct dsn d = read_text(base64);

	SAME_INT(d.recipients_n, 1, "a report alone, in base64");
	d = read_text("Content-Type: text/plain\n\nAction: failed\nFinal-Recipient: rfc822; a@b\n");
	SAME_INT(d.form, DSN_NONE, "plain text is no report");
	d = read_text(
	    "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: "
	    "message/delivery-status\n\nReporting-MTA: dns; m\n\nFinal-Recipient: rfc822; "
	    "a@b\nDiagnostic-Code: smtp; 450 4.2.0 later\n");
	OK(d.recipients_n == 1 && d.recipients[0].action == DSN_DELAYED,
	    "cut off, without action: the code tells");
	OK(!d.has_time, "and without a date");
	d = read_text("Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: "
		      "message/delivery-status\n\nFinal-Recipient: rfc822; a@b\n\n--x--\n");
	SAME_INT(d.recipients_n, 0, "neither action nor code: nothing is said");
	SAME_SPAN(dsn_status_in(SPAN_LIT("at 192.5.1.1 said: 550 5.1.1.")), SPAN_LIT("5.1.1"),
	    "an address is no code");
	OK(!dsn_status_in(SPAN_LIT("version 2.5 or 5.1.1234")).p, "nor is a version");
}

/* Deep and wide ones end, and are cut. */
static void
limits(void)
{
	struct buf text;
	struct dsn d;

	buf_init(&text, 1 << 22);
	buf_puts(&text, "Content-Type: multipart/report; boundary=a\n\n");
	for (int i = 0; i < 1000; i++)
		buf_puts(&text, "--a\nContent-Type: multipart/mixed; boundary=a\n\n");
	d = dsn_read(a, buf_span(&text));
	SAME_INT(d.recipients_n, 0, "a thousand multiparts end");
	buf_clear(&text);
	buf_puts(&text, "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n");
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "\nFinal-Recipient: rfc822; %d@b\nAction: failed\n", i);
	d = dsn_read(a, buf_span(&text));
	OK(d.recipients_n == DSN_RECIPIENTS_MAX && d.cut, "recipients are bounded, and it is said");
	buf_clear(&text);
	buf_puts(&text, "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b\n"
			"Action: failed\nDiagnostic-Code: smtp; ");
	for (int i = 0; i < 100000; i++)
		buf_putc(&text, 'x');
	d = dsn_read(a, buf_span(&text));
	OK(d.recipients_n == 1 && d.recipients[0].diagnostic.n <= DSN_TEXT_MAX && d.cut,
	    "a long diagnostic is cut");
	buf_free(&text);
}

int
main(void)
{
	a = arena_new();
	postfix();
	microsoft();
	qmail();
	exim();
	odd();
	limits();
	arena_free(a);
	return tap_end();
}
