/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/message.h"

#include <stdio.h>
#include <time.h>

#include "base/sha256.h"
#include "probe/mailto.h"
#include "probe/probe_name.h"

void
message_date(struct buf *out, int64_t time_us)
{
	/* strftime's names are those of a locale; RFC 5322 section 3.3 has its own. */
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(time_us / 1000000);
	struct tm t = {0};

	gmtime_r(&seconds, &t);
	buf_printf(out, "%.3s, %d %.3s %d %02d:%02d:%02d +0000", days + 3 * t.tm_wday, t.tm_mday,
	    months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

void
message_about(struct buf *out, const char *domain, const char *contact)
{
	buf_printf(out,
	    "It is part of a measurement of what mail providers support when they\n"
	    "send mail (IPv6, DNSSEC, TLS, DANE, greylisting), run at\n"
	    "%s.\n"
	    "What is stored: this mail, the SMTP session that brought it, and the DNS\n"
	    "queries for its address. No other mail of yours is looked at.\n"
	    "\n"
	    "Who answers for it: %s\n"
	    "To take part no longer, write there; everything that is stored of you and\n"
	    "of the addresses that you were given is then deleted.\n",
	    domain, contact);
}

/* Mails have CRLF; the texts above have newlines. */
static void
put_crlf(struct buf *out, struct span text)
{
	while (text.n) {
		buf_put(out, span_cut(&text, '\n'));
		buf_puts(out, "\r\n");
	}
}

/* Unique, as RFC 5322 section 3.6.4 wants it, and the same for nobody else: a digest of what names
 * the attempt. */
static void
put_message_id(struct buf *out, const struct message *m)
{
	char hex[SHA256_HEX_LEN + 1];
	struct sha256 sum;
	char attempt[30];
	int n = snprintf(attempt, sizeof attempt, " %lld %u", (long long)m->time_us, m->attempt);

	sha256_init(&sum);
	sha256_add(&sum, span_str(m->subject));
	sha256_add(&sum, span_str(m->to));
	sha256_add(&sum, (struct span){attempt, (size_t)n});
	sha256_hex(&sum, hex);
	buf_printf(out, "Message-ID: <emt.%.32s@%s>\r\n", hex, strchr(m->from, '@') + 1);
}

void
message_put(struct buf *out, const struct message *m)
{
	struct buf body;

	buf_puts(out, "Date: ");
	message_date(out, m->time_us);
	buf_printf(
	    out, "\r\nFrom: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n", m->from, m->to, m->subject);
	put_message_id(out, m);
	buf_puts(out, "Auto-Submitted: auto-generated\r\n"
		      "MIME-Version: 1.0\r\n"
		      "Content-Type: text/plain; charset=us-ascii\r\n"
		      "Content-Transfer-Encoding: 7bit\r\n"
		      "\r\n");
	buf_init(&body, 8192);
	buf_puts(&body, "This is a test mail, sent by a program for its owner's account.\n");
	message_about(&body, m->domain, m->contact);
	put_crlf(out, buf_span(&body));
	buf_free(&body);
}

static void
put_reply_to(struct arena *a, struct buf *out, const struct invitation *i)
{
	for (size_t k = 0; k < i->set->probes_n; k++)
		buf_printf(out, "%s <%s>%s\n",
		    k ? "" : "Reply-To:", probe_address(a, &i->set->probes[k], i->domain),
		    k + 1 < i->set->probes_n ? "," : "");
}

static void
put_fields(struct arena *a, struct buf *out, const struct invitation *i)
{
	buf_puts(out, "Date: ");
	message_date(out, i->time_us);
	buf_printf(out, "\nFrom: <%s>\n", i->contact);
	if (i->set->address)
		buf_printf(out, "To: <%s>\n", i->set->address);
	else
		buf_puts(out, "To: undisclosed-recipients:;\n");
	if (i->set->all_in_one)
		put_reply_to(a, out, i);
	buf_printf(out,
	    "Subject: Please answer this mail once: a measurement of mail providers\n"
	    "Message-ID: <emt.invitation.%.32s.%lld@%s>\n"
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n"
	    "Content-Transfer-Encoding: 7bit\n\n",
	    i->set->id, (long long)i->time_us, strchr(i->contact, '@') + 1);
}

void
message_invitation(struct arena *a, struct buf *out, const struct invitation *i)
{
	struct mailto m = {.set = i->set,
	    .domain = i->domain,
	    .contact = i->contact,
	    .time_us = i->time_us,
	    .brief = true};

	put_fields(a, out, i);
	buf_puts(out, "Hello,\n\nwould you take part in a measurement with your mail account?\n\n");
	if (i->set->all_in_one) {
		buf_puts(out,
		    "Please choose \"reply all\" to this mail, and send the answer as it is, "
		    "once.\n"
		    "It goes to test addresses alone. Some of them are broken on purpose, so your\n"
		    "provider may tell you within a week that mails could not be delivered: that\n"
		    "is part of the test.\n\n");
	} else {
		buf_puts(out,
		    "Please open each of the links below, in this order and with some minutes in\n"
		    "between, and send each mail as it is, once. Some of the addresses are broken\n"
		    "on purpose, so your provider may tell you within a week that mails could not\n"
		    "be delivered: that is part of the test.\n\n");
		mailto_put(a, out, &m);
		buf_putc(out, '\n');
	}
	buf_puts(out, "Each mail that you send is a test mail.\n");
	message_about(out, i->domain, i->contact);
}
