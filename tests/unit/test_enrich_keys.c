/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_keys.h"

#include "io/record.h"
#include "tests/tap.h"

static struct arena *arena;

/* The JSON text of a value, which it takes over. */
static const char *
text(json_t *value)
{
	struct buf out;
	const char *copy;

	buf_init(&out, 10000);
	record_put(&out, value);
	copy = arena_dup(arena, span_trim(buf_span(&out)));
	buf_free(&out);
	json_decref(value);
	return copy;
}

static struct dns_result
result(enum dns_outcome outcome, enum dns_security dnssec)
{
	static const char *const answer[] = {"10 a.", "20 \"b\"."};
	bool has_answer = outcome == DNS_OK;

	return (struct dns_result){.name = "example.com",
	    .type = DNS_MX,
	    .outcome = outcome,
	    .dnssec = dnssec,
	    .rcode = -1,
	    .ede = -1,
	    .ttl_s = -1,
	    .answer = answer,
	    .answer_n = has_answer ? 2 : 0};
}

static void
test_texts(void)
{
	struct dns_result r = result(DNS_OK, DNS_SECURE);

	SAME_STR(text(enrich_texts(arena, &r, NULL)), "[\"10 a.\",\"20 \\\"b\\\".\"]", "records");
	r = result(DNS_OK, DNS_BOGUS);
	SAME_STR(text(enrich_texts(arena, &r, NULL)), "[\"BOGUS: DNSSEC validation failed\"]",
	    "bogus ones are none");
	OK(!enrich_believed(&r) && enrich_answered(&r), "but an answer");
	r = result(DNS_NXDOMAIN, DNS_INSECURE);
	SAME_STR(text(enrich_texts(arena, &r, NULL)), "[\"NXDOMAIN: no such name\"]", "a failure");
	r = result(DNS_TIMEOUT, DNS_UNCHECKED);
	r.why = "no \"answer\"";
	SAME_STR(text(enrich_texts(arena, &r, NULL)),
	    "[\"TIMEOUT: no answer in time (no \\\"answer\\\")\"]", "and why");
	OK(!enrich_believed(&r) && !enrich_answered(&r), "no answer");
	SAME_STR(
	    text(enrich_texts(arena, NULL, "not looked up")), "[\"not looked up\"]", "not asked");
}

static void
test_lookup(void)
{
	struct dns_result r = result(DNS_OK, DNS_INSECURE);

	r.wire = SPAN_LIT("\0\1\2");
	r.rcode = 0;
	r.ede = 18;
	r.ttl_s = 300;
	r.server = "192.0.2.53";
	r.proto = DNS_TCP;
	r.attempts = 2;
	r.rtt_us = 12500;
	r.cached = true;
	SAME_STR(text(enrich_lookup_value(arena, &r)),
	    "{\"name\":\"example.com\",\"type\":\"MX\",\"outcome\":\"ok\",\"rcode\":0,\"ede\":18,"
	    "\"ttl\":300,\"dnssec\":\"insecure\",\"why\":null,\"server\":\"192.0.2.53\","
	    "\"proto\":\"tcp\",\"attempts\":2,\"cached\":true,\"ms\":12.5,\"answer\":[\"10 a.\","
	    "\"20 \\\"b\\\".\"],\"wire\":\"AAEC\"}",
	    "everything about an answer");
	r = result(DNS_NETERR, DNS_UNCHECKED);
	SAME_STR(text(enrich_lookup_value(arena, &r)),
	    "{\"name\":\"example.com\",\"type\":\"MX\",\"outcome\":\"neterr\",\"rcode\":null,"
	    "\"ede\":null,\"ttl\":null,\"dnssec\":\"unchecked\",\"why\":null,\"server\":null,"
	    "\"proto\":\"unknown\",\"attempts\":0,\"cached\":false,\"ms\":0.0,\"answer\":[],"
	    "\"wire\":null}",
	    "and about none");
}

int
main(void)
{
	arena = arena_new();
	test_texts();
	test_lookup();
	OK(json_is_null(enrich_text((struct span){NULL, 0})), "no text is null");
	SAME_STR(text(json_pack("[o]", enrich_text((struct span){"", 0}))), "[\"\"]",
	    "an empty one is a text");
	arena_free(arena);
	return tap_end();
}
