/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures made here, octet by octet: links, IP versions, fragments and TCP segments in any order.
 */
#include "tests/tap.h"

#include <stdlib.h>

#include "base/rng.h"
#include "queryparse/dnspackets.h"
#include "queryparse/tcpstreams.h"

enum { MESSAGES = 40 };

static unsigned seen[1000];
static size_t seen_n;
static struct query last;

static void
take(void *state, const struct query *q)
{
	(void)state;
	if (seen_n < sizeof seen / sizeof *seen)
		seen[seen_n++] = (unsigned)q->id;
	last = *q;
}

struct octets {
	unsigned char p[70000];
	size_t n;
};

static void
put_be(struct octets *o, uint64_t value, int n)
{
	while (n-- > 0)
		o->p[o->n++] = (unsigned char)(value >> 8 * n);
}

static void
put(struct octets *o, const void *p, size_t n)
{
	if (n)
		memcpy(o->p + o->n, p, n);
	o->n += n;
}

static struct octets
message(unsigned id, size_t padding)
{
	struct octets o = {.n = 0};

	put_be(&o, id, 2);
	put_be(&o, 0x0000000100000000, 8);
	put_be(&o, padding ? 1 : 0, 2);
	put(&o, "\1a\0\0\1\0\1", 7);
	if (padding) {
		put(&o, "\0\0\x29\x04\xd0\0\0\0\0", 9);
		put_be(&o, padding + 4, 2);
		put_be(&o, 12, 2);
		put_be(&o, padding, 2);
		memset(o.p + o.n, 0, padding);
		o.n += padding;
	}
	return o;
}

static struct octets
udp(const struct octets *dns)
{
	struct octets o = {.n = 0};

	put_be(&o, 5353, 2);
	put_be(&o, 53, 2);
	put_be(&o, dns->n + 8, 2);
	put_be(&o, 0, 2);
	put(&o, dns->p, dns->n);
	return o;
}

static struct octets
ipv4(int protocol, const unsigned char *p, size_t n, unsigned id, unsigned fragment)
{
	struct octets o = {.n = 0};

	put_be(&o, 0x4600, 2); /* with an option */
	put_be(&o, 24 + n, 2);
	put_be(&o, id, 2);
	put_be(&o, fragment, 2);
	put_be(&o, 0x40, 1);
	put_be(&o, (uint64_t)protocol, 1);
	put_be(&o, 0, 2);
	put(&o, "\xcb\0\x71\x0b\xc6\x33\x64\x1c\1\1\1\0", 12);
	put(&o, p, n);
	return o;
}

static struct octets
ipv6(int protocol, const unsigned char *p, size_t n, unsigned id, unsigned fragment, bool is_whole)
{
	struct octets o = {.n = 0};

	put_be(&o, 0x60000000, 4);
	put_be(&o, n + 8 + (is_whole ? 0 : 8), 2);
	put_be(&o, 0x0040, 2); /* hop by hop first */
	put(&o, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x0b", 16);
	put(&o, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x28", 16);
	put_be(&o, (uint64_t)(is_whole ? protocol : 44) << 8, 2);
	put_be(&o, 0x010400000000, 6);
	if (!is_whole) {
		put_be(&o, (uint64_t)protocol << 8, 2);
		put_be(&o, fragment, 2);
		put_be(&o, id, 4);
	}
	put(&o, p, n);
	return o;
}

static void
give(struct dnspackets *d, int link, const char *front, size_t front_n, const struct octets *ip)
{
	struct octets whole = {.n = 0};
	struct capture_packet p = {.time_us = 1, .link = link};

	put(&whole, front, front_n);
	put(&whole, ip->p, ip->n);
	p.octets = (struct span){(const char *)whole.p, whole.n};
	dnspackets_add(d, &p);
}

static struct dnspackets *
begin(void)
{
	seen_n = 0;
	return dnspackets_new(take, NULL);
}

static void
test_links(void)
{
	static const struct {
		int link;
		const char *name, *front;
		size_t n;
	} links[] = {
	    {1, "Ethernet", "\1\2\3\4\5\6\1\2\3\4\5\6\x08\0", 14},
	    {1, "two VLANs", "\1\2\3\4\5\6\1\2\3\4\5\6\x88\xa8\0\1\x81\0\0\2\x08\0", 22},
	    {0, "BSD loopback", "\2\0\0\0", 4},
	    {101, "raw", "", 0},
	    {113, "Linux cooked", "\0\0\0\1\0\6\1\2\3\4\5\6\0\0\x08\0", 16},
	    {276, "Linux cooked 2", "\x08\0\0\0\0\0\0\1\0\1\0\6\1\2\3\4\5\6\0\0", 20},
	};
	struct octets dns = message(7, 0), segment = udp(&dns),
		      ip = ipv4(17, segment.p, segment.n, 1, 0);

	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		struct dnspackets *d = begin();

		give(d, links[i].link, links[i].front, links[i].n, &ip);
		OK(seen_n == 1 && seen[0] == 7 && last.client.port == 5353, links[i].name);
		dnspackets_free(d);
	}
	{
		struct dnspackets *d = begin();

		give(d, 1, "\1\2\3\4\5\6\1\2\3\4\5\6\x08\6", 14, &ip);
		SAME_INT(seen_n, 0, "ARP is none");
		ip = ipv6(17, segment.p, segment.n, 0, 0, true);
		give(d, 101, "", 0, &ip);
		OK(seen_n == 1 && last.client.ip.v6, "IPv6 with an extension header");
		dnspackets_free(d);
	}
}

/* One message in fragments of 400 octets, in an order of the dice. */
static void
test_fragments(uint64_t seed, bool v6)
{
	struct rng rng = rng_seeded(&seed);
	struct octets dns = message(9, 1500), whole = udp(&dns);
	size_t n = (whole.n + 399) / 400, order[8];
	struct dnspackets *d = begin();

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t k = rng_below(&rng, i), swap = order[k];

		order[k] = order[i - 1];
		order[i - 1] = swap;
	}
	for (size_t i = 0; i < n; i++) {
		size_t at = order[i] * 400, len = whole.n - at < 400 ? whole.n - at : 400;
		unsigned more = order[i] + 1 < n;
		struct octets ip =
		    v6 ? ipv6(17, whole.p + at, len, 77, (unsigned)at | more, false)
		       : ipv4(17, whole.p + at, len, 77, (unsigned)at / 8 | more << 13);

		if (i + 1 == n && seen_n)
			break;
		give(d, 101, "", 0, &ip);
		give(d, 101, "", 0, &ip); /* twice, as by a switch that mirrors both ways */
	}
	OK(seen_n == 1 && seen[0] == 9 && last.size == (int)dns.n && !last.is_malformed,
	    v6 ? "IPv6 fragments in any order" : "IPv4 fragments in any order");
	dnspackets_free(d);
}

static void
test_overlap(void)
{
	struct octets dns = message(9, 1500), whole = udp(&dns);
	struct octets first = ipv4(17, whole.p, 800, 5, 1 << 13),
		      over = ipv4(17, whole.p + 400, whole.n - 400, 5, 400 / 8);
	struct dnspackets *d = begin();

	give(d, 101, "", 0, &first);
	give(d, 101, "", 0, &over);
	SAME_INT(seen_n, 0, "fragments that overlap are dropped");
	dnspackets_free(d);
}

static struct octets
tcp(uint32_t sequence, unsigned flags, const unsigned char *p, size_t n)
{
	struct octets o = {.n = 0};

	put_be(&o, 5353, 2);
	put_be(&o, 53, 2);
	put_be(&o, sequence, 4);
	put_be(&o, 0, 4);
	put_be(&o, 0x5000 | flags, 2);
	put_be(&o, 0, 6);
	put(&o, p, n);
	return ipv4(6, o.p, o.n, 1, 0);
}

/* Messages in segments of any length, now and then swapped, repeated or overlapping. */
static void
test_tcp(uint64_t seed, uint32_t start)
{
	static struct octets stream;
	struct rng rng = rng_seeded(&seed);
	struct dnspackets *d = begin();
	struct octets ip = tcp(start, 2, NULL, 0);
	bool good = true;

	stream.n = 0;
	for (unsigned id = 0; id < MESSAGES; id++) {
		struct octets dns = message(id, rng_below(&rng, 3) ? rng_below(&rng, 900) : 0);

		put_be(&stream, dns.n, 2);
		put(&stream, dns.p, dns.n);
	}
	give(d, 101, "", 0, &ip);
	for (size_t at = 0; at < stream.n;) {
		size_t n = 1 + rng_below(&rng, 700), next, back = rng_below(&rng, 4) ? 0 : 50;

		n = n < stream.n - at ? n : stream.n - at;
		next = stream.n - at - n < 300 ? stream.n - at - n : 300;
		back = back < at ? back : at;
		if (rng_below(&rng, 4) == 0) { /* the one after it first */
			ip = tcp(start + 1 + (uint32_t)(at + n), 0, stream.p + at + n, next);
			give(d, 101, "", 0, &ip);
		}
		ip = tcp(start + 1 + (uint32_t)(at - back), 0, stream.p + at - back, n + back);
		give(d, 101, "", 0, &ip);
		at += n;
	}
	for (unsigned id = 0; id < MESSAGES; id++)
		good = good && seen[id] == id;
	OK(seen_n == MESSAGES && good && last.proto == PROTO_TCP, "TCP segments in any order");
	SAME_INT(dnspackets_counts(d).lost, 0, "nothing is missing");
	dnspackets_free(d);
}

static void
test_tcp_lost(void)
{
	struct octets dns = message(3, 0), framed = {.n = 0}, ip;
	struct dnspackets *d = begin();

	put_be(&framed, dns.n, 2);
	put(&framed, dns.p, dns.n);
	ip = tcp(1000, 0, framed.p, framed.n);
	give(d, 101, "", 0, &ip);
	SAME_INT(seen_n, 0, "a connection without its beginning tells nothing");
	SAME_INT(dnspackets_counts(d).lost, 1, "and is counted");
	ip = tcp(5000, 2, NULL, 0);
	give(d, 101, "", 0, &ip);
	ip = tcp(5001, 0, framed.p, framed.n);
	give(d, 101, "", 0, &ip);
	SAME_INT(seen_n, 1, "the next one from the same port does");
	dnspackets_free(d);
}

static void
no_message(void *state, int64_t time_us, const struct packet *p, const struct segment *s,
    struct span message)
{
	(void)state;
	(void)time_us;
	(void)p;
	(void)s;
	(void)message;
	abort();
}

/* Segments far ahead, of what never comes: no more than a message's octets wait. */
static void
test_tcp_late(void)
{
	static char octets[TCPSTREAMS_OCTETS / 2];
	struct tcpstreams *t = tcpstreams_new(no_message, NULL);
	const struct packet p = {.protocol = PACKET_TCP};
	struct segment s = {.from_port = 5353, .to_port = 53, .syn = true, .sequence = 1000};

	tcpstreams_add(t, 0, &p, &s);
	s.syn = false;
	s.data = (struct span){octets, sizeof octets};
	for (uint32_t i = 1; i <= 2; i++) {
		s.sequence = 5000 + i * (uint32_t)sizeof octets;
		tcpstreams_add(t, 0, &p, &s);
	}
	SAME_INT(tcpstreams_lost(t), 0, "a message's octets may wait");
	s.sequence += (uint32_t)sizeof octets;
	tcpstreams_add(t, 0, &p, &s);
	SAME_INT(tcpstreams_lost(t), 1, "not more");
	tcpstreams_free(t);
}

int
main(void)
{
	test_links();
	for (uint64_t seed = 1; seed <= 10; seed++) {
		test_fragments(seed, false);
		test_fragments(seed, true);
		test_tcp(seed, seed % 2 ? 1000 : 0xfffffff0);
	}
	test_overlap();
	test_tcp_lost();
	test_tcp_late();
	return tap_end();
}
