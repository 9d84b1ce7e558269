/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seam above the canned back end, by a virtual clock: outcomes, deadlines, sharing, the cache,
 * the end. */
#include <stdlib.h>

#include "dns/dns_backend.h"
#include "tests/tap.h"

enum { MS = 1000 };

static const char answers[] = "# comment\n"
			      "a.example MX ok secure after 10\n"
			      "\ta.example. 300 IN MX 10 mx.a.example.\n"
			      "\n"
			      "gone.example A nxdomain insecure\n"
			      "\texample. 60 IN SOA ns.example. hostmaster.example. 1 2 3 4 30\n"
			      "slow.example A ok after 5000\n"
			      "\tslow.example. 300 IN A 192.0.2.1\n"
			      "fail.example A servfail indeterminate why nobody home\n"
			      "odd.example A rcode 9\n"
			      "lost.example A timeout after 100 why five attempts\n"
			      "down.example A neterr\n"
			      "bad.example A malformed\n"
			      "bogus.example A ok bogus why signature\x1b expired\n"
			      "\tbogus.example. 300 IN A 192.0.2.2\n";

static struct {
	struct arena *arena;
	int64_t now_us;
	struct loop *loop;
	struct dns *dns;
	struct buf log; /* one line for each callback */
} t;

static void
answered(void *arg, const struct dns_result *r)
{
	buf_printf(&t.log, "%s %s %s %s rcode %d ttl %lld %s%s%s at %lld\n", (const char *)arg,
	    r->name, dns_outcome_name(r->outcome), dns_security_name(r->dnssec), r->rcode,
	    (long long)r->ttl_s, r->answer_n ? r->answer[0] : "-", r->why ? " why " : "",
	    r->why ? r->why : "", (long long)(t.now_us / MS));
	if (r->cached)
		buf_puts(&t.log, "cached\n");
}

static void
begin(void)
{
	const char *error = NULL;
	struct dns_backend *b;

	t.arena = arena_new();
	t.now_us = 0;
	t.loop = loop_new_virtual(&t.now_us);
	b = dns_canned_new(t.arena, t.loop, span_str(answers), &error);
	if (!b)
		abort();
	t.dns = dns_new(t.loop, b, DNS_CACHE_OCTETS);
	buf_init(&t.log, 65536);
}

static void
end(void)
{
	dns_free(t.dns);
	loop_free(t.loop);
	buf_free(&t.log);
	arena_free(t.arena);
}

static void
ask(const char *who, const char *name, int type, int64_t deadline_ms)
{
	dns_submit(t.dns, span_str(name), type, deadline_ms * MS, answered, (void *)(uintptr_t)who);
}

/* Runs until nothing is left, and compares what the callbacks said. */
static void
expect(const char *want, const char *name)
{
	loop_run(t.loop);
	SAME_STR(buf_str(&t.log), want, name);
	buf_clear(&t.log);
}

static void
test_outcomes(void)
{
	begin();
	ask("1", "A.Example.", DNS_MX, 1000);
	SAME_STR(buf_str(&t.log), "", "no callback before dns_submit is back");
	expect("1 a.example ok secure rcode 0 ttl 300 10 mx.a.example. at 10\n", "ok");
	ask("1", "gone.example", DNS_A, 9000);
	expect("1 gone.example nxdomain insecure rcode 3 ttl 30 - at 10\n", "no such name");
	ask("1", "fail.example", DNS_A, 9000);
	expect("1 fail.example servfail indeterminate rcode 2 ttl -1 - why nobody home at 10\n",
	    "a failure");
	ask("1", "odd.example", DNS_A, 9000);
	expect("1 odd.example rcode unchecked rcode 9 ttl -1 - at 10\n", "an unusual code");
	ask("1", "lost.example", DNS_A, 9000);
	expect("1 lost.example timeout unchecked rcode -1 ttl -1 - why five attempts at 110\n",
	    "given up");
	ask("1", "down.example", DNS_A, 9000);
	expect("1 down.example neterr unchecked rcode -1 ttl -1 - at 110\n", "the network says no");
	ask("1", "bogus.example", DNS_A, 9000);
	expect("1 bogus.example ok bogus rcode 0 ttl 300 192.0.2.2 why signature\\x1b expired at "
	       "110\n",
	    "bogus, its reason safe to print");
	ask("1", "nowhere.example", DNS_A, 9000);
	expect(
	    "1 nowhere.example refused unchecked rcode -1 ttl -1 - why no canned answer at 110\n",
	    "not canned");
	ask("1", "b\x1b.example", DNS_A, 9000);
	expect("1 b\\x1b.example badname unchecked rcode -1 ttl -1 - why has an octet that no host "
	       "or service name "
	       "has at 110\n",
	    "a bad name");
	ask("1", "bad.example", DNS_A, 9000);
	loop_run(t.loop);
	OK(strstr(buf_str(&t.log), "bad.example malformed unchecked rcode -1") != NULL,
	    "no message");
	end();
}

static void
test_deadline(void)
{
	begin();
	ask("1", "slow.example", DNS_A, 200);
	ask("2", "slow.example", DNS_A, 100);
	ask("3", "slow.example", DNS_A, 6000);
	expect("2 slow.example timeout unchecked rcode -1 ttl -1 - why no answer by the deadline "
	       "at 100\n"
	       "1 slow.example timeout unchecked rcode -1 ttl -1 - why no answer by the deadline "
	       "at 200\n"
	       "3 slow.example ok unchecked rcode 0 ttl 300 192.0.2.1 at 5000\n",
	    "each has its own deadline");
	end();
	begin();
	ask("1", "slow.example", DNS_A, 200);
	expect("1 slow.example timeout unchecked rcode -1 ttl -1 - why no answer by the deadline "
	       "at 200\n",
	    "the last to wait gone, the question is dropped: the clock stands at 200");
	ask("2", "slow.example", DNS_A, 9000);
	expect("2 slow.example ok unchecked rcode 0 ttl 300 192.0.2.1 at 5200\n",
	    "and can be asked again");
	ask("1", "a.example", DNS_MX, 5200);
	expect("1 a.example timeout unchecked rcode -1 ttl -1 - why no answer by the deadline at "
	       "5200\n",
	    "a deadline that is past");
	end();
}

static void
test_sharing(void)
{
	begin();
	ask("1", "a.example", DNS_MX, 1000);
	t.now_us = 5 * MS;
	ask("2", "a.example", DNS_MX, 1000);
	expect("1 a.example ok secure rcode 0 ttl 300 10 mx.a.example. at 10\n"
	       "2 a.example ok secure rcode 0 ttl 300 10 mx.a.example. at 10\n",
	    "asked once, told in order");
	t.now_us = 100 * 1000 * (int64_t)MS;
	ask("3", "a.example", DNS_MX, 200000);
	expect("3 a.example ok secure rcode 0 ttl 200 10 mx.a.example. at 100000\ncached\n",
	    "from the cache");
	t.now_us = 301 * 1000 * (int64_t)MS;
	ask("4", "a.example", DNS_MX, 400000);
	expect("4 a.example ok secure rcode 0 ttl 300 10 mx.a.example. at 301010\n",
	    "asked again when it has expired");
	end();
}

static void
test_end(void)
{
	struct buf kept;

	begin();
	ask("1", "slow.example", DNS_A, 9000);
	ask("2", "slow.example", DNS_A, 9000);
	ask("3", "a.example", DNS_MX, 9000);
	ask("4", "not a name", DNS_A, 9000);
	dns_free(t.dns);
	buf_init(&kept, 65536);
	buf_put(&kept, buf_span(&t.log));
	OK(strstr(buf_str(&kept), "1 slow.example cancelled") &&
		strstr(buf_str(&kept), "2 slow.example cancelled") &&
		strstr(buf_str(&kept), "3 a.example cancelled") &&
		strstr(buf_str(&kept), "4 not a name badname"),
	    "dns_free tells everybody");
	buf_clear(&t.log);
	loop_run(t.loop);
	SAME_STR(buf_str(&t.log), "", "once");
	buf_free(&kept);
	t.dns = NULL;
	end();
}

static void
test_copy(void)
{
	struct arena *a = arena_new();
	const char *texts[] = {"10 mx.", "20 mx."};
	struct dns_result r = {.name = "a",
	    .type = DNS_MX,
	    .why = "because",
	    .answer = texts,
	    .answer_n = 2,
	    .wire = SPAN_LIT("wire"),
	    .outcome = DNS_RCODE,
	    .rcode = 9,
	    .dnssec = DNS_SECURE};
	const struct dns_result *copy = dns_result_copy(a, &r);

	OK(copy->answer != r.answer && !strcmp(copy->answer[1], "20 mx.") && copy->answer_n == 2,
	    "a copy's answer");
	SAME_SPAN(copy->wire, r.wire, "its message");
	SAME_STR(dns_result_text(a, &r),
	    "RCODE 9: the server answered with an unusual code (because)", "as text");
	r = (struct dns_result){.outcome = DNS_NXDOMAIN};
	SAME_STR(dns_result_text(a, &r), "NXDOMAIN: no such name", "as text");
	r = (struct dns_result){.outcome = DNS_OK, .dnssec = DNS_BOGUS};
	SAME_STR(dns_result_text(a, &r), "BOGUS: DNSSEC validation failed", "as text");
	SAME_STR(dns_type_name(a, DNS_TLSA), "TLSA", "a type");
	SAME_STR(dns_type_name(a, 65280), "TYPE65280", "a type without a name");
	arena_free(a);
}

static void
test_canned_errors(void)
{
	static const char *const bad[] = {"a.example", "a.example MX", "a.example MX perhaps",
	    "a..b MX ok", "a.example NOTYPE ok", "a.example MX ok sure", "a.example MX ok after x",
	    "a.example MX ok\n\ta.example. 300 IN MX ten mx.a.example.", "\tindented"};

	begin();
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *error = NULL;

		OK(!dns_canned_new(t.arena, t.loop, span_str(bad[i]), &error) && error,
		    arena_printf(t.arena, "no canned answers: case %zu", i));
	}
	end();
}

/* dns_pace.h has its own test; here what waits in line gets its answer or its deadline. */
static void
test_pace(void)
{
	char name[50];

	begin();
	dns_limit(t.dns, 1);
	ask("1", "a.example", DNS_MX, 1000);
	ask("2", "gone.example", DNS_A, 1000);
	ask("3", "slow.example", DNS_A, 9000);
	ask("4", "lost.example", DNS_A, 1000);
	ask("5", "down.example", DNS_A, 5);
	expect("5 down.example timeout unchecked rcode -1 ttl -1 - why not asked by the deadline, "
	       "with so many other questions at 5\n"
	       "1 a.example ok secure rcode 0 ttl 300 10 mx.a.example. at 10\n"
	       "2 gone.example nxdomain insecure rcode 3 ttl 30 - at 10\n"
	       "4 lost.example timeout unchecked rcode -1 ttl -1 - why five attempts at 210\n"
	       "3 slow.example ok unchecked rcode 0 ttl 300 192.0.2.1 at 5010\n",
	    "one question at a time, and a slow one holds up the next for a tenth of a second");
	OK(!dns_is_busy(t.dns), "not busy");
	for (int i = 0; i <= DNS_BUSY_ROUNDS; i++) {
		snprintf(name, sizeof name, "n%d.example", i);
		ask("n", name, DNS_A, 9000);
	}
	OK(dns_is_busy(t.dns), "many in line: busy");
	loop_run(t.loop);
	OK(!dns_is_busy(t.dns), "not any more");
	buf_clear(&t.log);
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "c%d.example", i);
		ask("c", name, DNS_A, 9000);
	}
	end(); /* with some in line */
}

int
main(void)
{
	test_outcomes();
	test_deadline();
	test_sharing();
	test_end();
	test_copy();
	test_canned_errors();
	test_pace();
	return tap_end();
}
