/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <unistd.h>

#include "dns/dns_name.h"
#include "tests/tap.h"

static void
good(const char *text, const char *want)
{
	char out[DNS_NAME_MAX + 1];

	OK(!dns_name_canonical(span_str(text), out), text);
	SAME_STR(out, want, "in canonical form");
}

static void
bad(struct span text, const char *want)
{
	char out[DNS_NAME_MAX + 1];

	SAME_STR(dns_name_canonical(text, out), want, want);
}

static void
test_own(void)
{
	struct arena *a = arena_new();
	char host[256] = "", want[DNS_NAME_MAX + 1];
	bool named =
	    !gethostname(host, sizeof host - 1) && !dns_name_canonical(span_str(host), want);

	SAME_STR(dns_name_own(a, "mx.example"), "mx.example", "the name that was given");
	SAME_STR(dns_name_own(a, NULL), named ? want : NULL, "else the host's");
	arena_free(a);
}

int
main(void)
{
	char label63[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	char text[300];

	good("Example.COM", "example.com");
	good("example.com.", "example.com");
	good("_25._tcp.mx.example.com", "_25._tcp.mx.example.com");
	good("*.example.com", "*.example.com");
	good("0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa");
	good(".", ".");
	good("com", "com");
	good(label63, label63);
	snprintf(text, sizeof text, "%s.%s.%s.%.61s.", label63, label63, label63, label63);
	OK(strlen(text) == 254, "the longest name and its dot");
	text[253] = '\0';
	good(text, text);

	bad(SPAN_LIT(""), "empty");
	bad((struct span){NULL, 0}, "empty");
	bad(SPAN_LIT(".."), "has an empty label");
	bad(SPAN_LIT("a..b"), "has an empty label");
	bad(SPAN_LIT(".a"), "has an empty label");
	bad(SPAN_LIT("a.."), "has an empty label");
	snprintf(text, sizeof text, "%sa.example", label63);
	bad(span_str(text), "has a label longer than 63 octets");
	snprintf(text, sizeof text, "%s.%s.%s.%.62s", label63, label63, label63, label63);
	bad(span_str(text), "longer than 253 octets");
	bad(SPAN_LIT("a b"), "has an octet that no host or service name has");
	bad(SPAN_LIT("a\0b"), "has an octet that no host or service name has");
	bad(SPAN_LIT("a\\.b"), "has an octet that no host or service name has");
	bad(SPAN_LIT("b\xc3\xbc"
		     "cher.example"),
	    "has an octet that no host or service name has");
	test_own();
	bad(SPAN_LIT("[192.0.2.1]"), "has an octet that no host or service name has");
	return tap_end();
}
