/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/ip.h"

#include <stdlib.h>

#include "base/rng.h"
#include "tests/tap.h"

static void
test_read(void)
{
	static const struct {
		const char *text, *want; /* want NULL: no address */
	} rows[] = {
	    {"192.0.2.1", "192.0.2.1"},
	    {"0.0.0.0", "0.0.0.0"},
	    {"255.255.255.255", "255.255.255.255"},
	    {"2001:DB8:0:0::1", "2001:db8::1"},
	    {"::", "::"},
	    {"::ffff:192.0.2.1", "192.0.2.1"},
	    {"::FFFF:C000:0201", "192.0.2.1"},
	    {"::192.0.2.1", "::192.0.2.1"},
	    {"192.0.2.01", NULL},
	    {"192.0.2", NULL},
	    {"192.0.2.256", NULL},
	    {"192.0.2.1 ", NULL},
	    {"IPv6:2001:db8::1", NULL},
	    {"fe80::1%eth0", NULL},
	    {"[192.0.2.1]", NULL},
	    {"unknown", NULL},
	    {"", NULL},
	    {"1111:2222:3333:4444:5555:6666:123.123.123.123000", NULL},
	};
	char text[IP_TEXT_MAX];
	struct ip ip;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool read = ip_read(span_str(rows[i].text), &ip);

		OK(rows[i].want ? read && !strcmp(ip_text(&ip, text), rows[i].want) : !read,
		    rows[i].text);
	}
	OK(!ip_read((struct span){NULL, 0}, &ip), "no text");
	OK(!ip_read(SPAN_LIT("192.0.2.1\0"), &ip), "a NUL behind it");
}

/* The nibbles of RFC 3596 section 2.5, made the slow way: the address written out in full, its
 * colons dropped, backwards. */
static void
slow_reversed(const struct ip *ip, char *out)
{
	char full[41], plain[33];
	size_t n = 0;

	for (size_t i = 0; i < 8; i++)
		snprintf(full + 5 * i, 6, "%02x%02x:", ip->octets[2 * i], ip->octets[2 * i + 1]);
	for (size_t i = 0; i < 39; i++)
		if (full[i] != ':')
			plain[n++] = full[i];
	plain[n] = '\0';
	for (size_t i = 0; i < 32; i++) {
		out[2 * i] = plain[31 - i];
		out[2 * i + 1] = i < 31 ? '.' : '\0';
	}
}

static void
test_reversed(void)
{
	uint64_t seed = 5782;
	struct rng rng = rng_seeded(&seed);
	char got[IP_REVERSED_MAX], want[IP_REVERSED_MAX];
	struct ip ip = {.v6 = false};
	bool same = true;

	OK(ip_read(SPAN_LIT("192.0.2.99"), &ip), "RFC 5782 section 2.1");
	SAME_STR(ip_reversed(&ip, got), "99.2.0.192", "its name");
	OK(ip_read(SPAN_LIT("2001:db8:1:2:3:4:567:89ab"), &ip), "RFC 5782 section 2.4");
	SAME_STR(ip_reversed(&ip, got),
	    "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2", "its name");
	for (int i = 0; i < 1000; i++) {
		ip = (struct ip){.v6 = true};
		rng.fill(rng.state, ip.octets, 16);
		slow_reversed(&ip, want);
		same &= !strcmp(ip_reversed(&ip, got), want);
	}
	OK(same, "1000 random IPv6 addresses as the slow way has them");
	for (int i = 0; i < 1000; i++) {
		ip = (struct ip){.v6 = false};
		rng.fill(rng.state, ip.octets, 4);
		snprintf(want, sizeof want, "%u.%u.%u.%u", ip.octets[3], ip.octets[2], ip.octets[1],
		    ip.octets[0]);
		same &= !strcmp(ip_reversed(&ip, got), want);
	}
	OK(same, "1000 random IPv4 addresses too");
}

static void
test_ranges(void)
{
	static const struct {
		const char *range, *in, *out; /* addresses; NULL: none to try */
	} rows[] = {
	    {"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
	    {"192.0.2.0/24", "::ffff:192.0.2.7", "2001:db8::1"},
	    {"192.0.2.4/30", "192.0.2.7", "192.0.2.8"},
	    {"192.0.2.4/31", "192.0.2.5", "192.0.2.6"},
	    {"192.0.2.5", "192.0.2.5", "192.0.2.4"},
	    {"192.0.2.5/32", "192.0.2.5", "192.0.2.4"},
	    {"0.0.0.0/0", "203.0.113.1", "::"},
	    {"128.0.0.0/1", "203.0.113.1", "127.255.255.255"},
	    {"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
	    {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"},
	    {"2001:db8::8/125", "2001:db8::f", "2001:db8::10"},
	    {"2001:db8::1", "2001:db8::1", "2001:db8::"},
	    {"::/0", "2001:db8::1", "192.0.2.1"},
	};
	static const char *const bad[] = {"192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/-1",
	    "192.0.2.0/", "192.0.2.0/24x", "192.0.2.0/024 ", "192.0.2.0/1000", "2001:db8::/129",
	    "2001:db8::1/64", "::ffff:192.0.2.0/120", "example.com/24", "/24", "", "192.0.2/24",
	    "192.0.2.0/24/24"};
	struct ip_range range;
	struct ip in, out;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		OK(!ip_range_read(span_str(rows[i].range), &range) &&
			ip_read(span_str(rows[i].in), &in) &&
			ip_read(span_str(rows[i].out), &out) && ip_range_has(&range, &in) &&
			!ip_range_has(&range, &out),
		    rows[i].range);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(ip_range_read(span_str(bad[i]), &range), bad[i]);
}

static void
test_no_host(void)
{
	static const char *const none[] = {"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.0.1",
	    "169.254.1.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1",
	    "::192.0.2.1", "fe80::1", "febf::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:0.0.0.0"};
	static const char *const some[] = {"192.0.2.1", "10.0.0.1", "126.255.255.255", "128.0.0.1",
	    "223.255.255.255", "2001:db8::1", "fc00::1", "::ffff:192.0.2.1", "1::"};
	struct ip ip;

	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		OK(ip_read(span_str(none[i]), &ip) && ip_is_no_host(&ip), none[i]);
	for (size_t i = 0; i < sizeof some / sizeof *some; i++)
		OK(ip_read(span_str(some[i]), &ip) && !ip_is_no_host(&ip), some[i]);
}

int
main(void)
{
	test_read();
	test_reversed();
	test_ranges();
	test_no_host();
	return tap_end();
}
