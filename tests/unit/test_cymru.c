/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/keyed_hash.h"
#include "dns/dns_backend.h"
#include "mxinfer/scan/cymru.h"
#include "tests/tap.h"

static void
test_read(void)
{
	static const struct {
		const char *txt, *want;
	} cases[] = {
	    {"\"23028 | 216.90.108.0/24 | US | arin | 1998-09-25\"", "23028 4/24"},
	    {"\"701 1239 3549 1239 | 64.0.0.0/10 | US | arin | \"", "701 1239 3549 4/10"},
	    {"\"15169 | 2001:4860::/32 | US | arin | 2005-03-14\"", "15169 6/32"},
	    {"\"4294967295|10.0.0.0/8\"", "4294967295 4/8"},
	    {"\"4294967296 | 10.0.0.0/8 | US\"", "-"},
	    {"\"0 | 10.0.0.0/8 | US\"", "-"},
	    {"\"NA | 10.0.0.0/8 | US\"", "-"},
	    {"\" | 10.0.0.0/8 | US\"", "-"},
	    {"\"1 | 10.0.0.1/8 | US\"", "-"},
	    {"\"1 | 10.0.0.0/33 | US\"", "-"},
	    {"\"1 | 10.0.0.0/8", "-"},
	    {"\"1\" \"| 10.0.0.0/8 |\"", "-"},
	    {"1 | 10.0.0.0/8 |", "-"},
	    {"\"1 | \\0490.0.0.0/8 | US\"", "-"},
	    {"\"-1 | 10.0.0.0/8 | US\"", "-"},
	    {"", "-"},
	};
	struct cymru_origin o;
	struct buf got;

	buf_init(&got, 1000);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buf_clear(&got);
		if (cymru_read(span_str(cases[i].txt), &o)) {
			for (size_t k = 0; k < o.as_n; k++)
				buf_printf(&got, "%u ", o.as[k]);
			buf_printf(&got, "%d/%u", o.prefix.first.v6 ? 6 : 4, o.prefix.bits);
		} else {
			buf_puts(&got, "-");
		}
		SAME_STR(buf_str(&got), cases[i].want, cases[i].txt);
	}
	buf_clear(&got);
	buf_puts(&got, "\"");
	for (int i = 60; i > 0; i--)
		buf_printf(&got, "%d ", i);
	buf_puts(&got, "| 10.0.0.0/8 |\"");
	OK(cymru_read(buf_span(&got), &o) && o.as_n == CYMRU_AS_MAX && o.as[0] == 29,
	    "more systems than are kept");
	buf_free(&got);
}

static const char answers[] =
    "1.2.0.192.origin.test TXT ok\n"
    "\t1.2.0.192.origin.test. 300 IN TXT \"64500 | 192.0.0.0/16 | ZZ\"\n"
    "\t1.2.0.192.origin.test. 300 IN TXT \"64502 64501 | 192.0.2.0/24 | ZZ\"\n"
    "\t1.2.0.192.origin.test. 300 IN TXT \"64501 64503 | 192.0.2.0/24 | ZZ\"\n"
    "\t1.2.0.192.origin.test. 300 IN TXT \"64999 | 198.51.100.0/24 | ZZ\"\n"
    "\t1.2.0.192.origin.test. 300 IN TXT \"nonsense\"\n"
    "5.3.0.192.origin.test TXT ok\n"
    "\t5.3.0.192.origin.test. 300 IN TXT \"64500 | 192.0.0.0/16 | ZZ\"\n"
    "1.100.51.198.origin.test TXT ok\n"
    "\t1.100.51.198.origin.test. 300 IN TXT \"64510 | 198.51.100.0/25 | ZZ\"\n"
    "200.100.51.198.origin.test TXT ok\n"
    "\t200.100.51.198.origin.test. 300 IN TXT \"64511 | 198.51.100.128/25 | ZZ\"\n"
    "1.113.0.203.origin.test TXT nxdomain\n"
    "\torigin.test. 60 IN SOA ns.test. h.test. 1 2 3 4 30\n"
    "1.0.0.10.origin.test TXT servfail\n"
    "2.0.0.10.origin.test TXT ok\n"
    "\t2.0.0.10.origin.test. 300 IN TXT \"64999 | 172.16.0.0/12 | ZZ\"\n"
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.origin6.test TXT ok\n"
    "\t1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.origin6.test. 300 IN TXT "
    "\"64520 | 2001:db8::/32 | ZZ\"\n";

static struct {
	struct arena *arena;
	int64_t now_us;
	struct loop *loop;
	struct dns *dns;
	struct cymru *cymru;
	struct buf log;
} t;

static void
begin(void)
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
	t.cymru = cymru_new(t.dns, t.loop,
	    &(struct cymru_params){"origin.test", "origin6.test", .deadline_us = 1000000});
	buf_init(&t.log, 10000);
}

static void
end(void)
{
	cymru_free(t.cymru);
	dns_free(t.dns);
	loop_free(t.loop);
	buf_free(&t.log);
	arena_free(t.arena);
}

static void
told(void *arg, const struct cymru_answer *answer)
{
	buf_printf(&t.log, "%s %s", (const char *)arg, dns_outcome_name(answer->outcome));
	for (size_t i = 0; i < answer->as_n; i++)
		buf_printf(&t.log, " %u", answer->as[i]);
	buf_puts(&t.log, "\n");
}

static void
find(const char *address)
{
	struct ip ip;

	if (!ip_read(span_str(address), &ip))
		abort();
	cymru_find(t.cymru, &ip, told, (void *)(uintptr_t)address);
}

static void
expect(const char *want, uint64_t asked, const char *name)
{
	OK(!t.log.n, "not called back at once");
	loop_run(t.loop);
	SAME_STR(buf_str(&t.log), want, name);
	SAME_INT(cymru_counts(t.cymru)->asked, asked, "questions");
	buf_clear(&t.log);
}

static void
test_find(void)
{
	begin();
	find("192.0.2.1");
	find("192.0.2.1");
	find("192.0.2.77");
	expect("192.0.2.1 ok 64501 64502 64503\n192.0.2.1 ok 64501 64502 64503\n"
	       "192.0.2.77 ok 64501 64502 64503\n",
	    1, "the longest prefix's, together; one question for three");
	find("192.0.2.200");
	expect("192.0.2.200 ok 64501 64502 64503\n", 1, "known");
	find("192.0.3.5");
	expect("192.0.3.5 ok 64500\n", 2, "a short prefix serves no other block");
	find("198.51.100.1");
	find("198.51.100.200");
	expect("198.51.100.1 ok 64510\n198.51.100.200 ok 64511\n", 4,
	    "a long prefix serves one address");
	find("198.51.100.1");
	expect("198.51.100.1 ok 64510\n", 4, "which is known then");
	find("203.0.113.1");
	find("203.0.113.2");
	expect("203.0.113.1 nxdomain\n203.0.113.2 nxdomain\n", 5, "announced by nobody");
	find("10.0.0.1");
	expect("10.0.0.1 servfail\n", 6, "a failure");
	find("10.0.0.2");
	expect(
	    "10.0.0.2 malformed\n", 7, "is forgotten; and an answer about another address is none");
	find("2001:db8:1::1");
	find("2001:db8:1:ffff::1");
	expect("2001:db8:1::1 ok 64520\n2001:db8:1:ffff::1 ok 64520\n", 8, "IPv6");
	end();
}

static void
free_it(void *arg, const struct cymru_answer *answer)
{
	(void)arg;
	(void)answer;
	buf_puts(&t.log, "once");
	cymru_free(t.cymru);
	t.cymru = NULL;
}

static void
test_end(void)
{
	struct ip ip;

	begin();
	find("192.0.2.1");
	find("198.51.100.1");
	end();
	begin();
	find("192.0.2.1");
	loop_run(t.loop);
	find("192.0.2.1"); /* is ready, and not called */
	find("192.0.3.5");
	end();
	begin();
	if (!ip_read(SPAN_LIT("192.0.2.1"), &ip))
		abort();
	cymru_find(t.cymru, &ip, free_it, NULL);
	cymru_find(t.cymru, &ip, free_it, NULL);
	find("192.0.3.5");
	loop_run(t.loop);
	SAME_STR(buf_str(&t.log), "once", "freed by a callback");
	end();
}

int
main(void)
{
	keyed_hash_seed(&rng_system);
	test_read();
	test_find();
	test_end();
	return tap_end();
}
