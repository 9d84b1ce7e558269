/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"
#include "dns/dns_wire.h"
#include "tests/tap.h"

/* A message as text: blanks are left out, two hex digits are an octet. */
static struct span
hex(struct arena *a, const char *text)
{
	struct buf b;
	struct span wire;
	unsigned octet;
	int digits = 0;

	buf_init(&b, 65536);
	for (octet = 0; *text; text++) {
		const char *at = strchr("0123456789abcdef", *text);

		if (!at)
			continue;
		octet = octet << 4 | (unsigned)(at - "0123456789abcdef");
		if (++digits % 2 == 0)
			buf_putc(&b, (char)octet);
	}
	wire = arena_span(a, buf_span(&b));
	buf_free(&b);
	return wire;
}

static struct dns_result
read_as(struct arena *a, struct span wire, const char *name, int type)
{
	struct dns_result r = {.name = name, .type = type};

	dns_wire_read(a, wire, &r);
	return r;
}

#define QUESTION "01 61 00 000f 0001" /* a. MX */

static void
test_good(struct arena *a)
{
	struct dns_result r = read_as(a,
	    hex(a, "0001 85a0 0001 0002 0000 0001" QUESTION
		   "c00c 000f 0001 0000012c 0005 0014 01 62 00"
		   "c00c 000f 0001 0000003c 0005 000a 01 63 00"
		   "00 0029 04d0 00000000 0000"),
	    "a", DNS_MX);

	SAME_INT(r.outcome, DNS_OK, "records");
	SAME_INT(r.answer_n, 2, "two");
	SAME_STR(r.answer[0], "10 c.", "in canonical order");
	SAME_STR(r.answer[1], "20 b.", "and text");
	SAME_INT(r.ttl_s, 60, "the least TTL");
	OK(r.ad && r.rcode == 0 && r.ede == -1 && !r.why, "flags");
	SAME_INT(r.wire.n, 64, "the message is kept");
}

static void
test_chain(struct arena *a)
{
	/* a. CNAME b.; b. MX 10 c.; z. MX 5 z. is not asked for */
	struct dns_result r = read_as(a,
	    hex(a, "0001 8180 0001 0003 0000 0000" QUESTION "c00c 0005 0001 00000014 0003 01 62 00"
		   "01 62 00 000f 0001 0000003c 0005 000a 01 63 00"
		   "01 7a 00 000f 0001 0000003c 0005 0005 01 7a 00"),
	    "a", DNS_MX);

	SAME_INT(r.answer_n, 1, "an alias is followed, a stranger's record is not taken");
	SAME_STR(r.answer[0], "10 c.", "the alias' record");
	SAME_INT(r.ttl_s, 20, "the alias bounds the TTL");
	OK(r.cname_n == 1 && !strcmp(r.cname[0], "b") && !r.cname_open && !r.cname_circle,
	    "the name that it leads to");
	r = read_as(a,
	    hex(a, "0001 8180 0001 0002 0000 0000" QUESTION "c00c 0005 0001 00000014 0003 01 62 00"
		   "01 62 00 0005 0001 00000014 0003 01 61 00"),
	    "a", DNS_MX);
	SAME_INT(r.outcome, DNS_NODATA, "aliases in a circle come to an end");
	OK(r.cname_circle && !r.cname_open && r.cname_n == 2 && !strcmp(r.cname[1], "a"),
	    "and are told");
	SAME_STR(r.why, "its CNAMEs lead in a circle", "with the reason");
}

/* What ends with a CNAME and nothing more, or with none at all. */
static void
test_open_chain(struct arena *a)
{
	/* a. CNAME \x42 \x2e. */
	struct dns_result r = read_as(a,
	    hex(a, "0001 8180 0001 0001 0000 0000" QUESTION
		   "c00c 0005 0001 00000014 0004 02 42 2e 00"),
	    "a", DNS_MX);

	OK(r.outcome == DNS_NODATA && r.cname_open && !r.cname_circle && !r.why, "an open end");
	SAME_STR(r.cname[0], "b\\.", "lower case, with a dot that is part of a label");
	r = read_as(a,
	    hex(a, "0001 8180 0001 0001 0001 0000" QUESTION "c00c 0005 0001 00000014 0003 01 62 00"
		   "00 0006 0001 0000003c 0016 00 00 00000001 00000002 00000003 00000004 "
		   "0000001e"),
	    "a", DNS_MX);
	OK(r.outcome == DNS_NODATA && !r.cname_open && r.cname_n == 1 && r.ttl_s == 20,
	    "with an SOA it is known that there is no more");
	r = read_as(a,
	    hex(a, "0001 8180 0001 0001 0000 0000"
		   "01 61 00 0005 0001"
		   "c00c 0005 0001 00000014 0003 01 62 00"),
	    "a", DNS_CNAME);
	OK(r.outcome == DNS_OK && !r.cname_n, "who asks for a CNAME gets it");
	r = read_as(a,
	    hex(a, "0001 8100 0001 0000 0001 0000" QUESTION "00 0002 0001 0000003c 0003 01 62 00"),
	    "a", DNS_MX);
	SAME_INT(r.outcome, DNS_MALFORMED, "a referral is no answer");
	OK(r.why && strstr(r.why, "referral"), "and why");
	r = read_as(a,
	    hex(a, "0001 8500 0001 0000 0001 0000" QUESTION "00 0002 0001 0000003c 0003 01 62 00"),
	    "a", DNS_MX);
	SAME_INT(r.outcome, DNS_NODATA, "NS records beside what is said with authority are none");
}

static void
test_negative(struct arena *a)
{
	/* SOA: mname ., rname ., serial 1, refresh 2, retry 3, expire 4, minimum 30; its own TTL 90
	 */
	const char *soa =
	    "00 0006 0001 0000005a 0016 00 00 00000001 00000002 00000003 00000004 0000001e";
	struct dns_result r =
	    read_as(a, hex(a, arena_printf(a, "0001 8183 0001 0000 0001 0000" QUESTION "%s", soa)),
		"a", DNS_MX);

	OK(r.outcome == DNS_NXDOMAIN && r.rcode == 3, "no such name");
	SAME_INT(r.ttl_s, 30, "kept for the SOA's minimum");
	r = read_as(a, hex(a, arena_printf(a, "0001 8180 0001 0000 0001 0000" QUESTION "%s", soa)),
	    "a", DNS_MX);
	OK(r.outcome == DNS_NODATA && r.ttl_s == 30, "no such records");
	r = read_as(a, hex(a, "0001 8180 0001 0000 0000 0000" QUESTION), "a", DNS_MX);
	OK(r.outcome == DNS_NODATA && r.ttl_s == -1, "without an SOA it is not kept");
}

static void
test_codes(struct arena *a)
{
	struct dns_result r = read_as(a,
	    hex(a, "0001 8182 0001 0000 0000 0001" QUESTION
		   "00 0029 04d0 00000000 000b 000f 0007 0006 626f 6775 73"),
	    "a", DNS_MX);

	OK(r.outcome == DNS_SERVFAIL && r.ede == 6, "an extended error");
	SAME_STR(r.why, "EDE 6: bogus", "and its text");
	r = read_as(a,
	    hex(a, "0001 8182 0001 0000 0000 0001" QUESTION
		   "00 0029 04d0 00000000 0007 000f 0003 0016 1b"),
	    "a", DNS_MX);
	SAME_STR(r.why, "EDE 22: \\x1b", "whose text cannot reach a terminal");
	r = read_as(a, hex(a, "0001 8185 0001 0000 0000 0000" QUESTION), "a", DNS_MX);
	OK(r.outcome == DNS_REFUSED && r.rcode == 5, "refused");
	r = read_as(a,
	    hex(a, "0001 8180 0001 0000 0000 0001" QUESTION "00 0029 04d0 01000000 0000"), "a",
	    DNS_MX);
	OK(r.outcome == DNS_RCODE && r.rcode == 16, "an extended code");
}

static void
test_malformed(struct arena *a)
{
	static const struct {
		const char *hex, *why;
	} cases[] = {
	    {"", NULL},
	    {"0001", NULL},
	    {"0001 8180 0001 0000 0000 0000", NULL},
	    {"0001 0100 0001 0000 0000 0000" QUESTION, "is a question, not an answer"},
	    {"0001 8380 0001 0000 0000 0000" QUESTION, "is truncated"},
	    {"0001 8180 0001 0000 0000 0000 01 62 00 000f 0001", "answers another question"},
	    {"0001 8180 0001 0000 0000 0000 01 61 00 0001 0001", "answers another question"},
	    {"0001 8180 0001 0000 0000 0000 01 61 00 000f 0003", "answers another question"},
	    {"0001 8180 0000 0000 0000 0000", "answers another question"},
	    {"0001 8180 0002 0000 0000 0000" QUESTION QUESTION, "answers another question"},
	    {"0001 8180 0001 0001 0000 0000" QUESTION "c00c 000f 0001 0000012c 0005 0014", NULL},
	    {"0001 8180 0001 0001 0000 0000" QUESTION "c013 000f 0001 0000012c 0005 0014 01 62 00",
		NULL},
	    {"0001 8180 0001 ffff 0000 0000" QUESTION, NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dns_result r = read_as(a, hex(a, cases[i].hex), "a", DNS_MX);

		SAME_INT(r.outcome, DNS_MALFORMED, cases[i].hex);
		if (cases[i].why)
			SAME_STR(r.why, cases[i].why, "and why");
		OK(r.why && !r.answer_n, "without an answer");
	}
}

static void
test_query(struct arena *a)
{
	struct span q = dns_wire_query(a, "a", DNS_MX, 0x1234, false);
	struct span with_cd = dns_wire_query(a, ".", DNS_NS, 1, true);
	struct dns_wire_head head;

	SAME_SPAN(q, hex(a, "1234 0100 0001 0000 0000 0001" QUESTION "00 0029 04d0 00008000 0000"),
	    "a question");
	SAME_SPAN(with_cd,
	    hex(a, "0001 0110 0001 0000 0000 0001 00 0002 0001 00 0029 04d0 00008000 0000"),
	    "with CD, of the root");
	OK(dns_wire_echoes(hex(a, "1234 8180 0001 0000 0000 0000" QUESTION), q), "echoed");
	OK(!dns_wire_echoes(hex(a, "1234 8180 0001 0000 0000 0000 01 41 00 000f 0001"), q),
	    "in another case");
	OK(!dns_wire_echoes(hex(a, "1234 8180 0001 0000 0000 0000 01 61 00"), q), "in part");
	OK(!dns_wire_echoes((struct span){NULL, 0}, q), "nothing");
	head = dns_wire_head(hex(a, "1234 83a2 0001 0000 0000 0007"));
	OK(head.is_answer && head.truncated && head.ad && head.rcode == 2 && head.additional_n == 7,
	    "a header");
	head = dns_wire_head(SPAN_LIT("short"));
	OK(!head.is_answer && !head.truncated, "no header");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_good(a);
	test_chain(a);
	test_open_chain(a);
	test_negative(a);
	test_codes(a);
	test_malformed(a);
	test_query(a);
	arena_free(a);
	return tap_end();
}
