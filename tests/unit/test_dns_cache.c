/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_cache.h"
#include "tests/tap.h"

enum { SECOND = 1000000 };

static void
put(struct dns_cache *c, const char *name, int type, enum dns_outcome outcome, int64_t ttl_s,
    int64_t now_us)
{
	struct dns_answer *answer = dns_answer_new(name, type);

	answer->result.outcome = outcome;
	answer->result.ttl_s = ttl_s;
	dns_cache_put(c, answer, now_us);
	dns_answer_unref(answer);
}

static int64_t
left(struct dns_cache *c, const char *name, int type, int64_t now_us)
{
	int64_t left_s;

	return dns_cache_find(c, name, type, now_us, &left_s) ? left_s : -1;
}

static void
test_times(void)
{
	struct dns_cache *c = dns_cache_new(1 << 20);

	put(c, "a.example", 1, DNS_OK, 300, 0);
	SAME_INT(left(c, "a.example", 1, 0), 300, "found");
	SAME_INT(left(c, "a.example", 1, 299 * SECOND), 1, "what is left of its TTL");
	SAME_INT(left(c, "a.example", 1, 300 * (int64_t)SECOND), -1, "expired");
	SAME_INT(left(c, "a.example", 1, 0), -1, "and forgotten");
	put(c, "a.example", 1, DNS_OK, 300, 0);
	SAME_INT(left(c, "a.example", 28, 0), -1, "another type");
	SAME_INT(left(c, "b.example", 1, 0), -1, "another name");
	put(c, "a.example", 1, DNS_NXDOMAIN, 60, 100 * SECOND);
	SAME_INT(left(c, "a.example", 1, 100 * SECOND), 60, "a newer answer takes its place");
	put(c, "c.example", 1, DNS_OK, 1000000000, 0);
	SAME_INT(left(c, "c.example", 1, 0), 86400, "a day at most");
	dns_cache_free(c);
}

static void
test_kinds(void)
{
	struct dns_cache *c = dns_cache_new(1 << 20);

	put(c, "nx", 1, DNS_NXDOMAIN, 5, 0);
	put(c, "none", 1, DNS_NODATA, 5, 0);
	put(c, "zero", 1, DNS_OK, 0, 0);
	put(c, "without", 1, DNS_NXDOMAIN, -1, 0);
	put(c, "fail", 1, DNS_SERVFAIL, 5, 0);
	put(c, "timeout", 1, DNS_TIMEOUT, 5, 0);
	OK(left(c, "nx", 1, 0) == 5 && left(c, "none", 1, 0) == 5, "negative answers are kept");
	OK(left(c, "zero", 1, 0) < 0 && left(c, "without", 1, 0) < 0, "not without a TTL");
	OK(left(c, "fail", 1, 0) < 0 && left(c, "timeout", 1, 0) < 0, "failures are not");
	dns_cache_free(c);
}

static void
test_limit(void)
{
	struct dns_answer *one = dns_answer_new("n0", 1);
	struct dns_cache *c = dns_cache_new(3 * (DNS_CACHE_ANSWER_OCTETS + arena_used(one->arena)));
	char name[20];

	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "n%d", i);
		put(c, name, 1, DNS_OK, 300, 0);
	}
	dns_answer_unref(one);
	SAME_INT(left(c, "n0", 1, 0), 300, "three have room");
	put(c, "n3", 1, DNS_OK, 300, 0);
	SAME_INT(left(c, "n1", 1, 0), -1, "the longest unused made room for the fourth");
	OK(left(c, "n0", 1, 0) > 0 && left(c, "n2", 1, 0) > 0 && left(c, "n3", 1, 0) > 0,
	    "the others stay");
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "m%d", i);
		put(c, name, 1, DNS_OK, 300, 0);
	}
	SAME_INT(left(c, "m999", 1, 0), 300, "many come and go");
	dns_cache_free(c);
	c = dns_cache_new(10);
	put(c, "n", 1, DNS_OK, 300, 0);
	SAME_INT(left(c, "n", 1, 0), -1, "an answer over the limit is not kept");
	dns_cache_free(c);
}

int
main(void)
{
	test_times();
	test_kinds();
	test_limit();
	return tap_end();
}
