/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "sessionparse/grammar.h"

static struct grammar *g;

static void
test_tls(void)
{
	struct session_tls tls = {.bits = 0};

	OK(grammar_tls(g,
	       SPAN_LIT("Anonymous TLS connection established from mx.example.net[192.0.2.1]: "
			"TLSv1.3 with "
			"cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519"),
	       &tls),
	    "TLS 1.3");
	SAME_SPAN(tls.trust, SPAN_LIT("Anonymous"), "trust");
	SAME_SPAN(tls.protocol, SPAN_LIT("TLSv1.3"), "protocol");
	SAME_SPAN(tls.cipher, SPAN_LIT("TLS_AES_256_GCM_SHA384"), "cipher");
	SAME_INT(tls.bits, 256, "bits");
	OK(!tls.sni.p, "no SNI");
	OK(grammar_tls(g,
	       SPAN_LIT("Verified TLS connection established from unknown[2001:db8::1]:4025 to "
			"mx.example.net: "
			"TLSv1.2 with cipher ECDHE-RSA-AES128-GCM-SHA256 (112/128 bits)"),
	       &tls),
	    "with SNI");
	SAME_SPAN(tls.sni, SPAN_LIT("mx.example.net"), "its SNI");
	SAME_INT(tls.bits, 112, "bits in use");
	OK(grammar_tls(g,
	       SPAN_LIT("TLS connection established from a[192.0.2.1]: TLSv1 with cipher X "
			"(256/256 bits)"),
	       &tls) &&
		!tls.trust.p,
	    "an old line without trust");
	OK(!grammar_tls(g,
	       SPAN_LIT("Anonymous TLS connection established from a[192.0.2.1]: TLSv1.3"), &tls),
	    "cut off");
}

static void
test_queued(void)
{
	struct span from;
	int64_t size;

	OK(grammar_queued(
	       g, SPAN_LIT("from=<a@b>, size=425, nrcpt=1 (queue active)"), &from, &size),
	    "qmgr's line");
	SAME_SPAN(from, SPAN_LIT("a@b"), "the sender");
	SAME_INT(size, 425, "the size");
	OK(grammar_queued(g, SPAN_LIT("from=<>, size=0, nrcpt=1"), &from, &size) && from.p &&
		!from.n,
	    "the null sender");
	OK(grammar_queued(g,
	       SPAN_LIT("from=<\"x>, size=1, nrcpt=1 (queue active)\"@b>, size=2, nrcpt=1"), &from,
	       &size),
	    "a hostile sender");
	SAME_INT(size, 2, "does not say the size");
	OK(!grammar_queued(
	       g, SPAN_LIT("from=<a@b>, status=expired, returned to sender"), &from, &size),
	    "no size");
}

#define REST "delay=0.05, delays=0.02/0.02/0/0.01, dsn=2.0.0, status=sent "

static void
test_delivery(void)
{
	struct session_delivery d;

	OK(grammar_delivery(g,
	       SPAN_LIT(
		   "to=<x@y>, orig_to=<z@y>, relay=local, " REST "(delivered to command: a (b) c)"),
	       &d),
	    "a delivery");
	SAME_SPAN(d.to, SPAN_LIT("x@y"), "to");
	SAME_SPAN(d.orig_to, SPAN_LIT("z@y"), "orig_to");
	SAME_SPAN(d.relay, SPAN_LIT("local"), "relay");
	SAME_SPAN(d.delay, SPAN_LIT("0.05"), "delay");
	SAME_SPAN(d.dsn, SPAN_LIT("2.0.0"), "dsn");
	SAME_SPAN(d.status, SPAN_LIT("sent"), "status");
	SAME_SPAN(d.text, SPAN_LIT("delivered to command: a (b) c"), "text");
	OK(grammar_delivery(g,
	       SPAN_LIT(
		   "to=<\"x>, relay=evil, delay=1, delays=0, dsn=5.0.0, status=bounced (no)\"@y>, "
		   "relay=in.example[192.0.2.1]:25, conn_use=3, " REST "(ok)"),
	       &d),
	    "a hostile recipient");
	SAME_SPAN(d.relay, SPAN_LIT("in.example[192.0.2.1]:25"), "does not say the relay");
	SAME_SPAN(d.status, SPAN_LIT("sent"), "nor the status");
	OK(grammar_delivery(g, SPAN_LIT("to=<x\"y@z>, relay=local, " REST "(ok)"), &d),
	    "a lone quote");
	SAME_SPAN(d.to, SPAN_LIT("x\"y@z"), "is part of the address");
	OK(grammar_delivery(
	       g, SPAN_LIT("to=<x@y>, relay=none, delay=2017, status=deferred (cut off her"), &d),
	    "an old line, cut off");
	SAME_SPAN(d.text, SPAN_LIT("cut off her"), "its text");
	OK(!d.dsn.p && !d.orig_to.p, "without dsn and orig_to");
	OK(grammar_delivery(g, SPAN_LIT("to=<x@y>, relay=none, " REST), &d) == false,
	    "no text, a blank left");
	OK(!grammar_delivery(
	       g, SPAN_LIT("to=<x@y>, relay=local, delay=1.2.3, status=sent (ok)"), &d) &&
		!grammar_delivery(
		    g, SPAN_LIT("to=<x@y>, relay=local, delay=01, status=sent (ok)"), &d),
	    "a delay that is no JSON number");
}

static void
test_costly(void)
{
	static char text[1900];
	struct session_delivery d;

	memcpy(text, "to=<", 4);
	for (size_t i = 4; i < sizeof text; i++)
		text[i] = "\"\\>, "[i % 5];
	OK(!grammar_delivery(g, (struct span){text, sizeof text}, &d),
	    "a subject made to backtrack ends soon");
}

int
main(void)
{
	g = grammar_new();
	test_tls();
	test_queued();
	test_delivery();
	test_costly();
	grammar_free(g);
	grammar_free(NULL);
	return tap_end();
}
