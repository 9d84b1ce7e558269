/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "queryparse/subject.h"

#define TOKEN "lpd3weo73zwpz7hqeubfbpapvy"
#define OTHER "aaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DOMAIN "measurement.example.com"

static const char *const cases[] = {
    "mail-ok", "v4-mail", "v4-mail.dnssec-broken", "v4-mail.v6only", "v6-mail.v6only"};
static struct arena *a;
static struct subjects *with_domain, *without;

/* TOKEN CASE CUT, then "apex" and "between". */
static const char *
of(const struct subjects *known, const char *text)
{
	struct dns_qname name;
	struct subject s;

	if (!dns_qname_read(span_str(text), &name))
		return "no name";
	subject_of(known, (struct span){(const char *)name.wire, name.n}, &s);
	return arena_printf(a, "%s %s %s%s%s%s", s.token[0] ? s.token : "-",
	    s.testcase ? s.testcase : "-", s.cut ? s.cut : "-", s.is_apex ? " apex" : "",
	    s.is_between ? " between" : "", s.is_below ? "" : " elsewhere");
}

int
main(void)
{
	a = arena_new();
	with_domain = subjects_new(a, DOMAIN, cases, sizeof cases / sizeof *cases);
	without = subjects_new(a, NULL, NULL, 0);
	SAME_STR(of(with_domain, TOKEN ".v4-mail." DOMAIN), TOKEN " v4-mail -", "a token's name");
	SAME_STR(of(with_domain, "LPD3WEO73ZWPZ7HQEUBFBPAPVY.V4-MAIL.Measurement.Example.COM"),
	    TOKEN " v4-mail -", "in any case");
	SAME_STR(of(with_domain, "_25._tcp." TOKEN ".mx.v4-mail.v6only." DOMAIN),
	    TOKEN " v4-mail.v6only v6only", "at any depth");
	SAME_STR(of(with_domain, "_tcp." TOKEN ".mx.v4-mail." DOMAIN), TOKEN " v4-mail - between",
	    "a name that only a resolver which minimises asks for");
	SAME_STR(of(with_domain, "mx.v4-mail." DOMAIN), "- v4-mail - between", "another");
	SAME_STR(of(with_domain, "v4-mail." DOMAIN), "- v4-mail -", "the address without a token");
	SAME_STR(of(with_domain, OTHER "." TOKEN ".mail-ok." DOMAIN), TOKEN " mail-ok -",
	    "of two tokens the one next to the case");
	SAME_STR(of(with_domain, "v6only." DOMAIN), "- - v6only apex", "a cut");
	SAME_STR(of(with_domain, "dns.v6only." DOMAIN), "- - v6only", "below it");
	SAME_STR(of(with_domain, "dnssec-broken." DOMAIN), "- - dnssec-broken apex", "another");
	SAME_STR(of(with_domain, TOKEN ".nothing." DOMAIN), TOKEN " - -", "a case that is none");
	SAME_STR(of(with_domain, DOMAIN), "- - -", "the domain itself");
	SAME_STR(
	    of(with_domain, TOKEN ".v4-mail.example.com"), "- - - elsewhere", "another domain");
	SAME_STR(of(with_domain, "xmeasurement.example.com"), "- - - elsewhere",
	    "one that ends as ours does");
	SAME_STR(of(with_domain, "v4-mail\\011measurement.example.com"), "- - - elsewhere",
	    "our name within a label");
	SAME_STR(of(with_domain, "."), "- - - elsewhere", "the root");
	SAME_STR(of(with_domain, TOKEN "x.v4-mail." DOMAIN), "- v4-mail -", "too long for a token");
	SAME_STR(of(with_domain, "1pd3weo73zwpz7hqeubfbpapvy.v4-mail." DOMAIN), "- v4-mail -",
	    "1 is no digit of base32");
	SAME_STR(of(without, "x." TOKEN ".example.org"), TOKEN " - - elsewhere",
	    "without a domain, tokens anywhere");
	arena_free(a);
	return tap_end();
}
