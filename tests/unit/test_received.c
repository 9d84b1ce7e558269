/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>

#include "mail/received.h"

enum { TIME_UTC = 1767607200 };
#define DATE "; Mon, 5 Jan 2026 10:00:00 +0000"

static void
test_postfix(void)
{
	struct received r = received_read(SPAN_LIT(
	    "from mx.example.net (mx.example.net [192.0.2.1]) "
	    "(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519) "
	    "(No client certificate requested) by mail.example.com (Postfix) with ESMTPS id 4ABC "
	    "for <measurement@example.com>" DATE " (UTC)"));

	SAME_SPAN(r.helo, SPAN_LIT("mx.example.net"), "helo");
	SAME_SPAN(r.hostname, SPAN_LIT("mx.example.net"), "hostname");
	SAME_SPAN(r.address, SPAN_LIT("192.0.2.1"), "address");
	SAME_SPAN(r.by, SPAN_LIT("mail.example.com"), "by");
	SAME_SPAN(r.with, SPAN_LIT("ESMTPS"), "with");
	SAME_SPAN(r.id, SPAN_LIT("4ABC"), "id");
	SAME_SPAN(r.for_addr, SPAN_LIT("measurement@example.com"), "for");
	OK(r.has_time && r.time_utc == TIME_UTC, "time");
	r = received_read(SPAN_LIT(
	    "from [IPv6:2001:db8::1] (unknown [IPv6:2001:db8::1])\tby h with SMTP id 1" DATE));
	SAME_SPAN(r.helo, SPAN_LIT("[IPv6:2001:db8::1]"), "helo is an address literal");
	SAME_SPAN(r.address, SPAN_LIT("2001:db8::1"), "IPv6 address without its tag");
	SAME_SPAN(r.hostname, SPAN_LIT("unknown"), "no name is said to be unknown");
	OK(!r.for_addr.p && r.has_time, "no for");
}

/* The recipient is the sender's to choose, within quotes as he likes; it must not hide what stands
 * behind it, since the time of our own field names the mail. */
static void
test_quoted_recipient(void)
{
	struct received r = received_read(
	    SPAN_LIT("from a (b [192.0.2.1]) by h with SMTP id 1 for <\"a (;b\"@x.example>" DATE));

	SAME_SPAN(r.for_addr, SPAN_LIT("\"a (;b\"@x.example"),
	    "for with blank, parenthesis and semicolon");
	OK(r.has_time && r.time_utc == TIME_UTC, "the time behind it");
	r = received_read(SPAN_LIT("by h id 1 for <\"a\\\"> id 2 (\"@x.example>" DATE));
	SAME_SPAN(r.for_addr, SPAN_LIT("\"a\\\"> id 2 (\"@x.example"), "for with a quoted quote");
	OK(r.has_time, "the time behind that");
	SAME_SPAN(r.id, SPAN_LIT("1"), "the first id counts");
	r = received_read(SPAN_LIT("from a\"b by h id \"1" DATE));
	SAME_SPAN(r.by, SPAN_LIT("h"), "a quote that does not end is a letter");
	OK(r.has_time, "and hides nothing");
}

static void
test_odd(void)
{
	struct received r = received_read(SPAN_LIT("by h (Postfix, from userid 0)\n id 12" DATE));

	OK(!r.helo.p && !r.address.p && r.by.n == 1, "local submission: no client");
	r = received_read(SPAN_LIT("from by (x [192.0.2.1]) by from with id id for" DATE));
	SAME_SPAN(r.helo, SPAN_LIT("by"), "a helo that is a word of the grammar");
	SAME_SPAN(r.by, SPAN_LIT("from"), "so is a host");
	r = received_read(SPAN_LIT("from a (x [192.0.2.1] (y [192.0.2.2])) by h"));
	SAME_SPAN(r.address, SPAN_LIT("192.0.2.1"), "the first address of the first comment");
	OK(!r.has_time, "no date");
	r = received_read(SPAN_LIT("from a by h (x [192.0.2.1])" DATE));
	OK(!r.address.p, "a comment behind `by` is not the client's");
	r = received_read(SPAN_LIT("from a ([192.0.2.1]) by h; yesterday"));
	OK(r.address.n == 9 && !r.hostname.p && !r.has_time, "no name, no date that can be read");
	r = received_read(SPAN_LIT("from a (x [192.0.2.1) by h" DATE));
	OK(!r.address.p && !r.hostname.p, "a bracket that does not end");
	r = received_read(SPAN_LIT("from a (x y" DATE));
	OK(r.helo.n == 1 && !r.has_time, "a comment that does not end");
	r = received_read(SPAN_LIT("by h id"));
	OK(r.by.n == 1 && !r.id.p, "a word without a value");
	r = received_read(SPAN_LIT("by h id ; for" DATE));
	OK(!r.id.p && !r.for_addr.p && r.has_time, "a semicolon is no value");
	r = received_read((struct span){NULL, 0});
	OK(!r.helo.p && !r.has_time, "nothing");
	r = received_read(SPAN_LIT(";;;" DATE));
	OK(r.has_time, "semicolons");
}

/* A hostile field of the largest size takes no time to speak of: one parenthesis, quote or
 * semicolon more must not mean one pass more.  Quadratic, this would take minutes. */
static void
test_cost(void)
{
	static const char *const pieces[] = {
	    "(", "\"", ";", ";(", "(\"", "<\"", "\\", "(\\", "\"(;", "from (", "([", "<"};
	size_t n = 1 << 20;
	char *text = malloc(n);

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		size_t len = strlen(pieces[i]);

		for (size_t k = 0; k < n; k++)
			text[k] = pieces[i][k % len];
		OK(!received_read((struct span){text, n}).has_time, "a mebibyte of one thing");
	}
	free(text);
}

int
main(void)
{
	test_postfix();
	test_quoted_recipient();
	test_odd();
	test_cost();
	return tap_end();
}
