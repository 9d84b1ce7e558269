/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/dnsbl_list.h"

#include "tests/tap.h"

static void
test_verdicts(void)
{
	static const struct {
		enum dns_outcome outcome;
		const char *answer[3];
		enum dnsbl_verdict want;
	} rows[] = {
	    {DNS_OK, {"127.0.0.2"}, DNSBL_LISTED},
	    {DNS_OK, {"127.0.0.2", "127.0.0.10"}, DNSBL_LISTED},
	    {DNS_OK, {"127.255.0.1"}, DNSBL_LISTED},
	    {DNS_OK, {"127.0.1.1"}, DNSBL_LISTED},
	    {DNS_OK, {"127.0.0.1"}, DNSBL_TURNED_AWAY},
	    {DNS_OK, {"127.255.255.254"}, DNSBL_TURNED_AWAY},
	    {DNS_OK, {"127.255.255.1", "127.0.0.2"}, DNSBL_TURNED_AWAY},
	    {DNS_OK, {"127.0.0.2", "203.0.113.7"}, DNSBL_ELSEWHERE},
	    {DNS_OK, {"126.255.255.255"}, DNSBL_ELSEWHERE},
	    {DNS_OK, {"128.0.0.0"}, DNSBL_ELSEWHERE},
	    {DNS_OK, {"0.0.0.0"}, DNSBL_ELSEWHERE},
	    {DNS_OK, {"no address"}, DNSBL_NO_ANSWER},
	    {DNS_NXDOMAIN, {NULL}, DNSBL_NOT_LISTED},
	    {DNS_NODATA, {NULL}, DNSBL_NOT_LISTED},
	    {DNS_REFUSED, {NULL}, DNSBL_TURNED_AWAY},
	    {DNS_SERVFAIL, {NULL}, DNSBL_NO_ANSWER},
	    {DNS_TIMEOUT, {NULL}, DNSBL_NO_ANSWER},
	    {DNS_NETERR, {NULL}, DNSBL_NO_ANSWER},
	    {DNS_MALFORMED, {NULL}, DNSBL_NO_ANSWER},
	    {DNS_BAD_NAME, {NULL}, DNSBL_NO_ANSWER},
	    {DNS_CANCELLED, {NULL}, DNSBL_NO_ANSWER},
	    {DNS_RCODE, {NULL}, DNSBL_NO_ANSWER},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dns_result r = {.outcome = rows[i].outcome, .answer = rows[i].answer};
		const char *name =
		    rows[i].answer[0] ? rows[i].answer[0] : dns_outcome_name(rows[i].outcome);

		while (r.answer_n < 3 && rows[i].answer[r.answer_n])
			r.answer_n++;
		SAME_INT(dnsbl_verdict(&r), rows[i].want, name);
		r.dnssec = DNS_BOGUS;
		SAME_INT(dnsbl_verdict(&r), DNSBL_NO_ANSWER, "bogus");
	}
}

static void
test_questions(void)
{
	const char *texts[] = {"zen.dq.spamhaus.net=Secret", "b.barracudacentral.org=registered"};
	const struct option_list keys = {texts, 2};
	struct arena *a = arena_new();
	struct dnsbl_list l = dnsbl_list("bl.example.com", &keys);
	struct dns_result r = {.name = "99.2.0.192.secret.zen.dq.spamhaus.net",
	    .why = "secret",
	    .wire = SPAN_LIT("secret")};
	const struct dns_result *shown;
	struct ip ip;

	if (!OK(ip_read(SPAN_LIT("192.0.2.99"), &ip), "an address"))
		return;
	SAME_SPAN(
	    dnsbl_list_question(a, &l, &ip), SPAN_LIT("99.2.0.192.bl.example.com"), "a question");
	OK(!l.off, "most lists want no registration");
	shown = dnsbl_list_result(a, &l, &ip, &r);
	OK(!strcmp(shown->name, r.name) && span_eq(shown->wire, r.wire), "its result as it is");
	l = dnsbl_list("zen.dq.spamhaus.net", &keys);
	SAME_SPAN(dnsbl_list_question(a, &l, &ip),
	    SPAN_LIT("99.2.0.192.Secret.zen.dq.spamhaus.net"), "a question with a key");
	shown = dnsbl_list_result(a, &l, &ip, &r);
	SAME_STR(shown->name, "99.2.0.192.KEY.zen.dq.spamhaus.net", "its result without it");
	OK(!shown->wire.n && !strstr(shown->why, "secret"), "nowhere");
	l = dnsbl_list("b.barracudacentral.org", &keys);
	OK(!l.off && !l.key, "a list that knows our address");
	OK(dnsbl_list("dq.spamhaus.net", &keys).off && dnsbl_list("a.dq.spamhaus.net", &keys).off &&
		dnsbl_list("combined.mail.abusix.zone", &keys).off,
	    "lists that want a key");
	OK(!dnsbl_list("notdq.spamhaus.net", &keys).off &&
		!dnsbl_list("pbl.spamhaus.org", &keys).off,
	    "others");
	arena_free(a);
}

int
main(void)
{
	test_verdicts();
	test_questions();
	return tap_end();
}
