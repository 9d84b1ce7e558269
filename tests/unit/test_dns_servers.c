/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_servers.h"
#include "tests/tap.h"

static void
test(const char *text, const char *want, const char *name)
{
	struct arena *a = arena_new();
	struct option_list servers = dns_servers_of(a, span_str(text));
	struct buf got;

	buf_init(&got, 1000);
	for (size_t i = 0; i < servers.n; i++)
		buf_printf(&got, "%s%s", i ? " " : "", servers.v[i]);
	SAME_STR(buf_str(&got), want, name);
	buf_free(&got);
	arena_free(a);
}

static void
test_port(const char *text, const char *want)
{
	struct span address;
	struct buf got;
	unsigned port;

	buf_init(&got, 1000);
	if (dns_server_read(span_str(text), &address, &port)) {
		buf_put(&got, address);
		buf_printf(&got, " %u", port);
	} else {
		buf_puts(&got, "-");
	}
	SAME_STR(buf_str(&got), want, text);
	buf_free(&got);
}

int
main(void)
{
	test_port("192.0.2.1", "192.0.2.1 53");
	test_port("192.0.2.1@5300", "192.0.2.1 5300");
	test_port("2001:db8::1#5300", "2001:db8::1 5300");
	test_port("192.0.2.1@65535", "192.0.2.1 65535");
	test_port("192.0.2.1@65536", "-");
	test_port("192.0.2.1@0", "-");
	test_port("192.0.2.1@", "-");
	test_port("192.0.2.1@53x", "-");
	test("", "127.0.0.1", "an empty file means this machine");
	test("# nameserver 192.0.2.1\nsearch example.com\n", "127.0.0.1",
	    "so does one without servers");
	test("nameserver 192.0.2.1\nnameserver\t2001:db8::1 \noptions edns0\n",
	    "192.0.2.1 2001:db8::1", "in order");
	test("nameserver 192.0.2.1 # near\nnameserver 192.0.2.2;far", "192.0.2.1 192.0.2.2",
	    "comments behind");
	test("nameservers 192.0.2.1\nnameserver\n nameserver 192.0.2.3\n", "127.0.0.1",
	    "what is no such line");
	test("nameserver 192.0.2.1", "192.0.2.1", "no line end");
	test("nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver "
	     "1.1.1.4\nnameserver 1.1.1.5\n"
	     "nameserver 1.1.1.6\nnameserver 1.1.1.7\nnameserver 1.1.1.8\nnameserver 1.1.1.9\n",
	    "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8", "eight are enough");
	OK(dns_server_is_loopback("127.0.0.53") && dns_server_is_loopback("::1"), "loopback");
	OK(!dns_server_is_loopback("12.7.0.1") && !dns_server_is_loopback("::11"), "not loopback");
	return tap_end();
}
