/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "queryparse/query_json.h"
#include "queryparse/querylog.h"

#define BIND "2026-11-21T19:38:16.610Z queries: client @0x7f48f64e5098 203.0.113.11#34368 "

static struct buf out;

/* STAMP|the record, from "server" to "edns" */
static const char *
read_line(const char *line)
{
	static const struct subject nothing;
	struct span when;
	struct query q;
	bool lookalike;
	const char *from, *to;

	buf_clear(&out);
	if (!querylog_read(span_str(line), &when, &q, &lookalike))
		return lookalike ? "broken" : "none";
	q.time_us = 0;
	query_json_put(&out, &q, &nothing, "id", NULL);
	from = strstr(buf_str(&out), "\"server\"");
	to = strstr(from, ",\"rcode\"");
	out.n = (size_t)(to - out.p);
	memmove(out.p, from, out.n - (size_t)(from - out.p));
	out.n -= (size_t)(from - out.p);
	buf_putc(&out, '|');
	buf_put(&out, when);
	buf_puts(&out, q.identity);
	return buf_str(&out);
}

static void
test_bind(void)
{
	SAME_STR(read_line(
		     BIND "(v4.Example.com): query: v4.Example.com IN MX +E(0)TDCK (203.0.113.50)"),
	    "\"server\":\"203.0.113.50\",\"server_port\":null,\"client\":\"203.0.113.11\",\"port\":"
	    "34368,"
	    "\"proto\":\"tcp\",\"family\":\"ipv4\",\"name\":\"v4.Example.com\",\"qname_lower\":"
	    "\"v4.example.com\","
	    "\"type\":\"MX\",\"class\":\"IN\",\"opcode\":0,\"flags\":{\"rd\":true,\"do\":true,"
	    "\"cd\":true,"
	    "\"tc\":null,\"aa\":null,\"ad\":null},\"edns\":{\"present\":true,\"version\":0,"
	    "\"size\":null,"
	    "\"options\":null,\"subnet\":null}|2026-11-21T19:38:16.610Z",
	    "BIND");
	OK(strstr(read_line("Nov  2 19:38:16 ns1 named[77]: client @0x7f 2001:db8::1#53 (.): view "
			    "in: query: . IN TYPE65280 - (2001:db8::2) [ECS 198.51.100.0/24/0]"),
	       "\"client\":\"2001:db8::1\",\"port\":53,\"proto\":\"udp\",\"family\":\"ipv6\","
	       "\"name\":\".\","
	       "\"qname_lower\":\".\",\"type\":\"TYPE65280\""),
	    "by way of syslog, with a view");
	OK(strstr(buf_str(&out), "\"present\":false,\"version\":null,\"size\":null,\"options\":[],"
				 "\"subnet\":\"198.51.100.0/24/0\""),
	    "with a client subnet");
	OK(strstr(buf_str(&out), "|Nov  2 19:38:16ns1"), "and the server's name");
	OK(strstr(
	       read_line(
		   "22-Nov-2026 13:32:22.123 client 192.0.2.1#1 (a): query: a IN A +S (192.0.2.2)"),
	       "|22-Nov-2026 13:32:22.123"),
	    "BIND's own stamp, an old form, a signature");
	OK(strstr(
	       read_line(
		   "22-Nov-2026 13:32:22.123 queries: info: client @0x7f fe80::1%eth0#9/key k (a): "
		   "query: a\\032query:\\032b IN A -E(1) (fe80::2%eth0)"),
	       "\"name\":\"a\\\\032query:\\\\032b\""),
	    "a name that pretends");
	SAME_STR(read_line("22-Nov-2026 13:32:22.123 general: info: all zones loaded"), "none",
	    "another line");
	SAME_STR(
	    read_line(BIND "(a): query: a IN A +X (192.0.2.2)"), "broken", "a flag that is none");
	SAME_STR(read_line(BIND "(a): query: a IN A +"), "broken", "a line that is cut");
	SAME_STR(read_line(BIND "(a): query: a..b IN A + (192.0.2.2)"), "broken", "no name");
	SAME_STR(read_line("client @0x7f 192.0.2.1#1 (a): query: a IN A + (192.0.2.2)"), "none",
	    "no stamp");
}

#define PDNS "Nov 21 19:34:41 "

static void
test_powerdns(void)
{
	SAME_STR(read_line(PDNS "Remote 192.0.2.1 wants 'Abc.example|MX', do = 0, bufsize = 1232: "
				"packetcache MISS"),
	    "\"server\":null,\"server_port\":null,\"client\":\"192.0.2.1\",\"port\":null,\"proto\":"
	    "\"udp\","
	    "\"family\":\"ipv4\",\"name\":\"Abc.example\",\"qname_lower\":\"abc.example\",\"type\":"
	    "\"MX\","
	    "\"class\":null,\"opcode\":null,\"flags\":{\"rd\":null,\"do\":false,\"cd\":null,\"tc\":"
	    "null,"
	    "\"aa\":null,\"ad\":null},\"edns\":{\"present\":true,\"version\":null,\"size\":1232,"
	    "\"options\":null,\"subnet\":null}|Nov 21 19:34:41",
	    "PowerDNS");
	OK(strstr(read_line(
		      PDNS "ns pdns_server[1]: TCP Remote 2001:db8::1<-198.51.100.0/24 wants "
			   "'a|b\\032|TYPE65280', do = 1, bufsize = 1232 (4096): packetcache HIT"),
	       "\"client\":\"2001:db8::1\",\"port\":null,\"proto\":\"tcp\",\"family\":\"ipv6\","
	       "\"name\":"
	       "\"a|b\\\\032\""),
	    "over TCP, from syslog, a name with a bar");
	OK(strstr(buf_str(&out), "\"size\":4096,\"options\":null,\"subnet\":\"198.51.100.0/24/0\""),
	    "what the client can take, and its subnet");
	OK(strstr(read_line(
		      PDNS "Remote 192.0.2.1 wants '|A', do = 0, bufsize = 512: packetcache MISS"),
	       "|") == NULL,
	    "an empty name is broken");
	OK(strstr(read_line(
		      PDNS "Remote 192.0.2.1 wants '.|A', do = 0, bufsize = 512: packetcache MISS"),
	       "\"present\":null"),
	    "512 octets tell nothing of EDNS");
	SAME_STR(read_line(PDNS "Remote 192.0.2.1 wants 'a|A', do = 0, bufs"), "broken", "cut");
	SAME_STR(read_line(PDNS "UDP server bound to 192.0.2.1:53"), "none", "another line");
}

int
main(void)
{
	buf_init(&out, 1 << 16);
	test_bind();
	test_powerdns();
	buf_free(&out);
	return tap_end();
}
