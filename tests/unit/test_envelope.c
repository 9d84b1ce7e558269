/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "delivery/envelope.h"

static struct arena *arena;

/* The variables of one case: NAME, VALUE, ..., NULL. */
static const char *const *variables;

static char *
test_getenv(const char *name)
{
	for (const char *const *v = variables; v && *v; v += 2)
		if (!strcmp(v[0], name))
			return arena_dup(arena, span_str(v[1]));
	return NULL;
}

static struct envelope
gather(const struct envelope_args *args, const char *const *env, const char *head)
{
	static const struct envelope_args none;

	variables = env;
	return envelope_gather(arena, args ? args : &none, test_getenv, span_str(head));
}

#define HEAD \
	"From b@example.net  Mon Jan  5 10:00:00 2026\n" \
	"Return-Path: <b+c#1@example.net>\n" \
	"X-Original-To: \"m+a b\"@x.example.com\n" \
	"Delivered-To: \"m+a b\"@X.example.com\n" \
	"X-Greylist: delayed\n" \
	"Received: from [IPv6:2001:db8::1] (mx.example.net [IPv6:2001:db8::1])\n" \
	"\tby x.example.com (Postfix) with ESMTP id 4AB\n" \
	"\tfor <\"m+a b\"@x.example.com>; Mon,  5 Jan 2026 10:00:00 +0000 (UTC)\n"
#define FORGED \
	"Received: from evil (evil [192.0.2.66]) by evil id EVIL; Mon, 5 Jan 2026 11:00:00 " \
	"+0000\n" \
	"Delivered-To: evil@example.net\n" \
	"Return-Path: <evil@example.net>\n" \
	"X-Original-To: evil@example.net\n\n"

/* Under local(8): the environment is censored, the fields above our Received are not. */
static void
test_local(void)
{
	static const char *const env[] = {"SENDER", "b+c_1@example.net", "RECIPIENT",
	    "m+a_b@x.example.com", "ORIGINAL_RECIPIENT", "m+a_b@x.example.com", "CLIENT_ADDRESS",
	    "IPv6:2001:db8::1", "CLIENT_HELO", "_IPv6:2001:db8::1_", "CLIENT_HOSTNAME",
	    "mx.example.net", "CLIENT_PROTOCOL", "ESMTP", NULL};
	struct envelope e = gather(NULL, env, HEAD FORGED);

	SAME_SPAN(e.sender, SPAN_LIT("b+c#1@example.net"), "sender as it was");
	SAME_SPAN(e.original_recipient, SPAN_LIT("\"m+a b\"@x.example.com"),
	    "original recipient as it was");
	SAME_SPAN(e.recipient, SPAN_LIT("m+a_b@x.example.com"),
	    "a recipient that does not match the field stays the variable's");
	SAME_SPAN(e.client_address, SPAN_LIT("2001:db8::1"), "address without its tag");
	SAME_SPAN(
	    e.client_helo, SPAN_LIT("[IPv6:2001:db8::1]"), "an address literal as helo, as it was");
	SAME_SPAN(e.client_hostname, SPAN_LIT("mx.example.net"), "host name");
	SAME_SPAN(e.client_protocol, SPAN_LIT("ESMTP"), "protocol");
	SAME_SPAN(e.queue_id, SPAN_LIT("4AB"), "queue id from our Received field");
	SAME_SPAN(e.delivered_to, SPAN_LIT("\"m+a b\"@X.example.com"), "the first Delivered-To");
	SAME_INT(e.client_port, 0, "no port");
	OK(e.received.has_time, "time");
}

/* A sender's fields lie below our Received field, and count for nothing even where ours are not
 * there. */
static void
test_forged(void)
{
	static const char *const env[] = {"SENDER", "a@example.net", NULL};
	struct envelope e =
	    gather(NULL, env, "Received: by h id 1; Mon, 5 Jan 2026 10:00:00 +0000\n" FORGED);

	OK(!e.delivered_to.p && !e.recipient.p && !e.original_recipient.p, "no forged recipient");
	OK(!e.client_address.p && !e.client_helo.p && !e.client_hostname.p, "no forged client");
	SAME_SPAN(e.queue_id, SPAN_LIT("1"), "no forged queue id");
	SAME_SPAN(e.sender, SPAN_LIT("a@example.net"), "no forged sender");
	e = gather(NULL, NULL, "");
	OK(!e.sender.p && !e.queue_id.p && !e.received.has_time, "nothing gives nothing");
}

static void
test_null_sender(void)
{
	static const char *const env[] = {"SENDER", "", NULL};
	struct envelope e = gather(NULL, env, "Return-Path: <>\n\n");

	OK(e.sender.p && !e.sender.n, "the null sender is known, and empty");
	e = gather(NULL, env, "");
	OK(e.sender.p && !e.sender.n, "from the environment alone, too");
	e = gather(&(struct envelope_args){.sender = ""}, NULL, "Return-Path: <a@example.net>\n\n");
	OK(e.sender.p && !e.sender.n, "from pipe(8), too");
}

static void
test_pipe(void)
{
	static const char *const env[] = {"SENDER", "wrong", "CLIENT_HELO", "wrong", NULL};
	struct envelope_args args = {.queue_id = "4CD",
	    .sender = "a@example.net",
	    .recipient = "b c@example.com",
	    .client_address = "192.0.2.9",
	    .client_port = "65535",
	    .client_helo = "helo;x",
	    .client_hostname = "unknown",
	    .client_protocol = "SMTP"};
	struct envelope e = gather(&args, env, HEAD);

	SAME_SPAN(e.queue_id, SPAN_LIT("4CD"), "arguments come first: queue id");
	SAME_SPAN(e.sender, SPAN_LIT("a@example.net"), "sender");
	SAME_SPAN(e.recipient, SPAN_LIT("b c@example.com"), "recipient");
	SAME_SPAN(e.client_helo, SPAN_LIT("helo;x"), "helo");
	SAME_SPAN(e.client_address, SPAN_LIT("192.0.2.9"), "address");
	SAME_INT(e.client_port, 65535, "port");
	SAME_SPAN(e.original_recipient, SPAN_LIT("\"m+a b\"@x.example.com"),
	    "the field where there is no argument");
	args.client_port = "65536";
	SAME_INT(gather(&args, env, HEAD).client_port, 0, "no such port");
	args.client_port = "unknown";
	SAME_INT(gather(&args, env, HEAD).client_port, 0, "no number");
	args.client_port = "";
	SAME_INT(gather(&args, env, HEAD).client_port, 0, "nothing");
}

int
main(void)
{
	arena = arena_new();
	test_local();
	test_forged();
	test_null_sender();
	test_pipe();
	arena_free(arena);
	return tap_end();
}
