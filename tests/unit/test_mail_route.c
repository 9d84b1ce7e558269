/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes by canned answers and a virtual clock: every outcome, each as text. */
#include <stdlib.h>

#include "dns/dns_backend.h"
#include "mxinfer/scan/mail_route.h"
#include "tests/tap.h"

static struct {
	struct arena *arena;
	int64_t now_us;
	struct loop *loop;
	struct dns *dns;
	struct mail_routes *routes;
	struct buf log;
} t;

static void
put_look(const char *what, const struct route_look *k)
{
	if (!k->asked)
		return;
	buf_printf(&t.log, " %s %s", what, dns_outcome_name(k->outcome));
	if (k->dnssec)
		buf_printf(&t.log, " %s", dns_security_name(k->dnssec));
	for (size_t i = 0; i < k->texts.n; i++)
		buf_printf(&t.log, " [%s]", k->texts.v[i]);
}

static void
put_names(struct route_texts names)
{
	for (size_t i = 0; i < names.n; i++)
		buf_printf(&t.log, " ->%s", names.v[i]);
}

static void
found(void *arg, const struct mail_route *r)
{
	char text[IP_TEXT_MAX];

	(void)arg;
	buf_printf(&t.log, "%s %s %s", r->domain, dns_outcome_name(r->outcome),
	    dns_security_name(r->dnssec));
	put_names(r->cname);
	put_look("sts", &r->mta_sts);
	if (r->why)
		buf_printf(&t.log, " (%s)", r->why);
	buf_puts(&t.log, "\n");
	for (size_t i = 0; i < r->mx_n; i++) {
		const struct route_mx *mx = &r->mx[i];

		buf_printf(&t.log, "  %u %s%s%s", mx->preference, mx->name,
		    mx->implicit ? " implicit" : "", mx->resolved ? "" : " not resolved");
		put_look("a", &mx->a);
		put_look("aaaa", &mx->aaaa);
		put_names(mx->cname);
		for (size_t k = 0; k < mx->addresses_n; k++)
			buf_printf(&t.log, " %s", ip_text(&mx->addresses[k], text));
		put_look("tlsa", &mx->tlsa);
		if (mx->tlsa_base)
			buf_printf(&t.log, " of %s", mx->tlsa_base);
		buf_puts(&t.log, "\n");
	}
}

static void
begin(const char *answers, struct mail_routes_params p)
{
	const char *error = NULL;
	struct dns_backend *b;

	t.arena = arena_new();
	t.now_us = 0;
	t.loop = loop_new_virtual(&t.now_us);
	b = dns_canned_new(t.arena, t.loop, span_str(answers), &error);
	if (!b) {
		printf("Bail out! %s\n", error);
		exit(1);
	}
	t.dns = dns_new(t.loop, b, DNS_CACHE_OCTETS);
	p.deadline_us = 1000000;
	t.routes = mail_routes_new(t.dns, t.loop, &p);
	buf_init(&t.log, 1 << 20);
}

static void
end(void)
{
	mail_routes_free(t.routes);
	dns_free(t.dns);
	loop_free(t.loop);
	buf_free(&t.log);
	arena_free(t.arena);
}

static void
expect(const char *domain, const char *want)
{
	buf_clear(&t.log);
	mail_route_find(t.routes, span_str(domain), found, NULL);
	OK(t.log.n == 0, "not called back at once");
	loop_run(t.loop);
	SAME_STR(buf_str(&t.log), want, domain);
}

#define SOA "\texample. 60 IN SOA ns.example. h.example. 1 2 3 4 30\n"

static const char answers[] =
    "two.example MX ok\n"
    "\ttwo.example. 300 IN MX 20 B.two.example.\n"
    "\ttwo.example. 300 IN MX 10 z.two.example.\n"
    "\ttwo.example. 300 IN MX 10 a.two.example.\n"
    "a.two.example A ok\n"
    "\ta.two.example. 300 IN A 192.0.2.9\n"
    "\ta.two.example. 300 IN A 192.0.2.10\n"
    "\ta.two.example. 300 IN A 192.0.2.9\n"
    "a.two.example AAAA ok\n"
    "\ta.two.example. 300 IN AAAA 2001:db8::1\n"
    "\ta.two.example. 300 IN AAAA ::ffff:192.0.2.77\n"
    "z.two.example A servfail\n"
    "z.two.example AAAA timeout\n"
    "b.two.example A nxdomain\n" SOA "b.two.example AAAA nodata\n" SOA
    "null.example MX ok\n\tnull.example. 300 IN MX 0 .\n"
    "odd.example MX ok\n\todd.example. 300 IN MX 0 .\n\todd.example. 300 IN MX 1 a.two.example.\n"
    "implicit.example MX nodata\n" SOA
    "implicit.example A ok\n\timplicit.example. 300 IN A 192.0.2.1\n"
    "implicit.example AAAA nodata\n" SOA "bare.example MX nodata\n" SOA
    "bare.example A nodata\n" SOA "bare.example AAAA nodata\n" SOA "dark.example MX nodata\n" SOA
    "dark.example A nodata\n" SOA "dark.example AAAA timeout\n"
    "gone.example MX nxdomain\n" SOA "fail.example MX servfail why lame\n"
    "lost.example MX timeout\n"
    "no.example MX refused\n"
    "down.example MX neterr\n"
    "mal.example MX malformed\n"
    "code.example MX rcode 4\n"
    "literal.example MX ok\n\tliteral.example. 300 IN MX 5 192.0.2.55.\n"
    "\tliteral.example. 300 IN MX 6 a\\032b.example.\n"
    "alias.example MX ok\n\talias.example. 300 IN CNAME mid.example.\n"
    "\tmid.example. 300 IN CNAME null.example.\n\tnull.example. 300 IN MX 0 .\n"
    "open.example MX ok\n\topen.example. 300 IN CNAME alias.example.\n"
    "circle.example MX ok\n\tcircle.example. 300 IN CNAME c2.example.\n"
    "\tc2.example. 300 IN CNAME circle.example.\n"
    "far.example MX ok\n\tfar.example. 300 IN CNAME far2.example.\n"
    "far2.example MX ok\n\tfar2.example. 300 IN CNAME far.example.\n"
    "aliased.example MX nodata\n" SOA
    "aliased.example A ok\n\taliased.example. 300 IN CNAME a.two.example.\n"
    "\ta.two.example. 300 IN A 192.0.2.9\n"
    "aliased.example AAAA nodata\n" SOA
    "bogus.example MX ok bogus why no signature\n\tbogus.example. 300 IN MX 5 a.two.example.\n"
    "nobogus.example MX nodata bogus\n" SOA;

static const struct mail_routes_params both = {.ipv4 = true, .ipv6 = true};

static void
test_outcomes(void)
{
	begin(answers, both);
	expect("Two.Example.", "two.example ok unchecked\n"
			       "  10 a.two.example a ok aaaa ok 192.0.2.9 192.0.2.10 2001:db8::1\n"
			       "  10 z.two.example a servfail aaaa timeout\n"
			       "  20 b.two.example a nxdomain aaaa nodata\n");
	expect("null.example", "null.example ok unchecked\n  0 . not resolved\n");
	expect("odd.example", "odd.example ok unchecked\n  0 . not resolved\n"
			      "  1 a.two.example a ok aaaa ok 192.0.2.9 192.0.2.10 2001:db8::1\n");
	expect("implicit.example", "implicit.example nodata unchecked\n"
				   "  0 implicit.example implicit a ok aaaa nodata 192.0.2.1\n");
	expect("bare.example", "bare.example nodata unchecked\n");
	expect("dark.example", "dark.example nodata unchecked\n"
			       "  0 dark.example implicit a nodata aaaa timeout\n");
	expect("gone.example", "gone.example nxdomain unchecked\n");
	expect("fail.example", "fail.example servfail unchecked (lame)\n");
	expect("lost.example", "lost.example timeout unchecked\n");
	expect("no.example", "no.example refused unchecked\n");
	expect("down.example", "down.example neterr unchecked\n");
	expect("code.example", "code.example rcode unchecked\n");
	expect("literal.example",
	    "literal.example ok unchecked\n  5 192.0.2.55 a badname aaaa badname\n"
	    "  6 a\\032b.example a badname aaaa badname\n");
	expect("no name", "no name badname unchecked (has an octet that no host or service name "
			  "has)\n");
	buf_clear(&t.log);
	mail_route_find(t.routes, SPAN_LIT("mal.example"), found, NULL);
	loop_run(t.loop);
	OK(span_starts(buf_span(&t.log), SPAN_LIT("mal.example malformed unchecked (")),
	    "malformed, and why");
	end();
}

static void
test_cname(void)
{
	begin(answers, both);
	expect("alias.example",
	    "alias.example ok unchecked ->mid.example ->null.example\n  0 . not resolved\n");
	expect("open.example", "open.example ok unchecked ->alias.example ->mid.example "
			       "->null.example\n  0 . not resolved\n");
	expect("circle.example", "circle.example malformed unchecked ->c2.example ->circle.example "
				 "(its CNAMEs lead in a circle, or are too many)\n");
	expect("far.example", "far.example malformed unchecked ->far2.example ->far.example (its "
			      "CNAMEs lead in a circle, or are too many)\n");
	expect("aliased.example", "aliased.example nodata unchecked\n"
				  "  0 aliased.example implicit a ok aaaa nodata ->a.two.example "
				  "192.0.2.9\n");
	end();
}

static void
test_bogus(void)
{
	begin(answers, both);
	expect("bogus.example",
	    "bogus.example ok bogus (no signature)\n  5 a.two.example not resolved\n");
	expect("nobogus.example", "nobogus.example nodata bogus\n");
	end();
}

static void
test_families(void)
{
	begin(answers, (struct mail_routes_params){.ipv6 = true});
	expect("two.example", "two.example ok unchecked\n"
			      "  10 a.two.example aaaa ok 2001:db8::1\n"
			      "  10 z.two.example aaaa timeout\n"
			      "  20 b.two.example aaaa nodata\n");
	expect("implicit.example", "implicit.example nodata unchecked\n");
	end();
}

static const char dane[] =
    "s.example MX ok secure\n\ts.example. 300 IN MX 1 mx.s.example.\n"
    "mx.s.example A ok secure\n\tmx.s.example. 300 IN A 192.0.2.1\n"
    "_25._tcp.mx.s.example TLSA ok secure\n"
    "\t_25._tcp.mx.s.example. 300 IN TLSA 3 1 1 "
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
    "_mta-sts.s.example TXT ok secure\n\t_mta-sts.s.example. 300 IN TXT \"v=STSv1; id=1;\"\n"
    "i.example MX ok insecure\n\ti.example. 300 IN MX 1 mx.i.example.\n"
    "mx.i.example A ok insecure\n\tmx.i.example. 300 IN A 192.0.2.1\n"
    "_mta-sts.i.example TXT nxdomain\n" SOA
    "c.example MX ok secure\n\tc.example. 300 IN MX 1 mx.c.example.\n"
    "mx.c.example A ok secure\n\tmx.c.example. 300 IN CNAME mx.s.example.\n"
    "\tmx.s.example. 300 IN A 192.0.2.1\n"
    "_mta-sts.c.example TXT servfail\n"
    "d.example MX ok secure\n\td.example. 300 IN MX 1 mx.d.example.\n"
    "mx.d.example A ok secure\n\tmx.d.example. 300 IN CNAME x.d.example.\n"
    "\tx.d.example. 300 IN A 192.0.2.1\n"
    "_25._tcp.x.d.example TLSA nxdomain secure\n" SOA "_25._tcp.mx.d.example TLSA servfail\n"
    "_mta-sts.d.example TXT nodata\n" SOA
    "n.example MX ok secure\n\tn.example. 300 IN MX 1 mx.n.example.\n"
    "mx.n.example A timeout\n"
    "_mta-sts.n.example TXT timeout\n";

static void
test_tlsa(void)
{
	begin(dane, (struct mail_routes_params){.ipv4 = true, .tlsa = true, .mta_sts = true});
	expect("s.example",
	    "s.example ok secure sts ok secure [\"v=STSv1; id=1;\"]\n"
	    "  1 mx.s.example a ok secure 192.0.2.1 tlsa ok secure [3 1 1 "
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff] of mx.s.example\n");
	expect("i.example", "i.example ok insecure sts nxdomain\n"
			    "  1 mx.i.example a ok insecure 192.0.2.1\n");
	expect("c.example",
	    "c.example ok secure sts servfail\n"
	    "  1 mx.c.example a ok secure ->mx.s.example 192.0.2.1 tlsa ok secure [3 1 1 "
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff] of mx.s.example\n");
	expect("d.example", "d.example ok secure sts nodata\n"
			    "  1 mx.d.example a ok secure ->x.d.example 192.0.2.1 tlsa servfail of "
			    "mx.d.example\n");
	expect("n.example", "n.example ok secure sts timeout\n  1 mx.n.example a timeout\n");
	end();
}

/* As many records as fit a message: they are cut, and said to be. */
static void
test_many(void)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_puts(&text, "many.example MX ok\n");
	for (int i = 0; i < 600; i++)
		buf_printf(&text, "\tmany.example. 300 IN MX %d m.example.\n", i);
	buf_puts(&text, "m.example A ok\n");
	for (int i = 0; i < 600; i++)
		buf_printf(&text, "\tm.example. 300 IN A 192.0.%d.%d\n", i / 250, i % 250);
	buf_puts(&text, "m.example AAAA nodata\n" SOA);
	begin(buf_str(&text), both);
	mail_route_find(t.routes, SPAN_LIT("many.example"), found, NULL);
	loop_run(t.loop);
	OK(span_starts(buf_span(&t.log),
	       SPAN_LIT("many.example ok unchecked (600 records, 500 of them shown; 500 MX "
			"records, 100 of them followed; m.example: more addresses than the 100")),
	    "too many, and said so");
	OK(strstr(buf_str(&t.log), "\n  99 m.example a ok aaaa nodata 192.0.0.0 192.0.0.1 ") &&
		!strstr(buf_str(&t.log), "\n  100 m.example"),
	    "the most preferred are kept");
	OK(strstr(buf_str(&t.log), " 192.0.0.99\n") && !strstr(buf_str(&t.log), " 192.0.0.100"),
	    "and so many addresses");
	end();
	buf_free(&text);
}

static void
free_routes(void *arg, const struct mail_route *r)
{
	(void)arg;
	(void)r;
	mail_routes_free(t.routes);
	t.routes = NULL;
}

static void
test_end(void)
{
	begin(dane, (struct mail_routes_params){.ipv4 = true, .tlsa = true, .mta_sts = true});
	for (int i = 0; i < 10; i++)
		mail_route_find(t.routes, SPAN_LIT("s.example"), found, NULL);
	end(); /* with all of them going; nothing is called back, nothing leaks */
	begin(dane, (struct mail_routes_params){.ipv4 = true});
	mail_route_find(t.routes, SPAN_LIT("s.example"), free_routes, NULL);
	mail_route_find(t.routes, SPAN_LIT("i.example"), found, NULL);
	loop_run(t.loop);
	SAME_STR(buf_str(&t.log), "", "freed in a callback: no other one comes");
	end();
}

int
main(void)
{
	test_outcomes();
	test_cname();
	test_bogus();
	test_families();
	test_tlsa();
	test_many();
	test_end();
	return tap_end();
}
