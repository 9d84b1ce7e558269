/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_subjects.h"

#include "tests/tap.h"

static struct arena *arena;
static struct public_suffixes *suffixes;
static json_t *record;
static struct enrich_subjects s;

static void
take(const char *text)
{
	json_decref(record);
	record = json_loads(text, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
	if (!record)
		abort();
	enrich_subjects_read(arena, suffixes, record, &s);
}

static void
name_is(enum enrich_subject subject, const char *want, const char *name)
{
	const struct enrich_name *got = &s.names[subject];

	SAME_STR(got->name, want, name);
	OK(got->name || (got->why_not && !strncmp(got->why_not, "not looked up: ", 15)),
	    "what is not looked up says why");
}

static void
test_names(void)
{
	take("{\"sender\":\"b@bounce.example\",\"client\":{\"address\":\"192.0.2.1\",\"helo\":"
	     "\"MX.Example.COM.\",\"hostname\":\"out.example.com\"},\"headers\":{\"from\":\"A "
	     "<a@News.Example.CO.UK>\"}}");
	name_is(ENRICH_EHLO, "mx.example.com", "EHLO, canonical");
	SAME_SPAN(s.names[ENRICH_EHLO].given, SPAN_LIT("MX.Example.COM."), "and as given");
	name_is(ENRICH_RDNS, "out.example.com", "rDNS");
	name_is(ENRICH_SENDER, "news.example.co.uk", "sender");
	name_is(ENRICH_ORG, "example.co.uk", "organisational domain");
	name_is(ENRICH_REVERSE, "1.2.0.192.in-addr.arpa", "reverse name");
	SAME_SPAN(s.names[ENRICH_ADDRESS].given, SPAN_LIT("192.0.2.1"), "the address as given");
	OK(!s.names[ENRICH_ADDRESS].name, "which is no name");

	take("{\"client\":{\"address\":\"2001:db8::567:89ab\",\"helo\":\"[IPv6:2001:db8::1]\","
	     "\"hostname\":\"unknown\"},\"headers\":{\"from\":\"a@co.uk\"}}");
	name_is(ENRICH_EHLO, NULL, "an address literal");
	name_is(ENRICH_RDNS, NULL, "unknown");
	name_is(ENRICH_SENDER, "co.uk", "a public suffix may send");
	name_is(ENRICH_ORG, NULL, "but has no organisational domain");
	name_is(ENRICH_REVERSE,
	    "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	    "RFC 3596 section 2.5");

	for (const char *const *odd = (const char *const[]){"7", "[]", "null", "{}",
		 "{\"client\":[1],\"headers\":\"x\",\"sender\":{}}",
		 "{\"client\":{\"address\":[],\"helo\":7,\"hostname\":null}}",
		 "{\"client\":{\"address\":\"1.2.3\",\"helo\":\"\",\"hostname\":\".\"}}", NULL};
	     *odd; odd++) {
		take(*odd);
		OK(!s.names[ENRICH_EHLO].name && !s.names[ENRICH_RDNS].name &&
			!s.names[ENRICH_SENDER].name && !s.names[ENRICH_ORG].name &&
			!s.names[ENRICH_REVERSE].name && !s.has_client && !s.dkim_n && !s.domkey_n,
		    *odd);
	}
}

static void
test_signatures(void)
{
	take("{\"headers\":{\"dkim_signature\":[{\"tags\":{\"s\":\"one\",\"d\":\"a.example\"}},"
	     "{\"tags\":{\"s\":7}},null],\"domainkey_signature\":[{\"tags\":{\"d\":\"\"}}]}}");
	SAME_INT(s.dkim_n, 3, "three signatures");
	SAME_SPAN(s.dkim[0].selector, SPAN_LIT("one"), "selector");
	SAME_SPAN(s.dkim[0].domain, SPAN_LIT("a.example"), "domain");
	OK(!s.dkim[1].selector.p && !s.dkim[1].domain.p && !s.dkim[2].selector.p, "no tags");
	SAME_INT(s.domkey_n, 1, "one DomainKey-Signature");
	OK(s.domkey[0].domain.p && !s.domkey[0].domain.n, "an empty tag is one");
	take("{\"headers\":{\"dkim_signature\":{\"0\":1},\"domainkey_signature\":\"s=1\"}}");
	OK(!s.dkim_n && !s.domkey_n, "no lists");
}

int
main(void)
{
	arena = arena_new();
	suffixes = public_suffixes_open();
	test_names();
	test_signatures();
	take("{\"headers\":{\"from\":\"a@mail.example.com\"}}");
	enrich_subjects_read(arena, NULL, record, &s);
	name_is(ENRICH_ORG, NULL, "without a list");
	json_decref(record);
	public_suffixes_free(suffixes);
	arena_free(arena);
	return tap_end();
}
