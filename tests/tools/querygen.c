/* SPDX-License-Identifier: GPL-3.0-or-later */
/* querygen - a made-up log of what a name server was asked, to standard output.
 *
 * Usage: querygen dnstap|bind|powerdns|pcap SEED QUERIES [FIRST]
 * The same queries in each kind, with the times of the FIRST (0) and those after it: 20 in a
 * second, from some hundred resolvers over both families, most of them for tokens.  dnstap and pcap
 * hold the answers, too.  Makes its octets by itself. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"

enum { RESOLVERS = 300, OUT_ROOM = 1 << 20, START_S = 1795290567, STEP_US = 50000 };

struct octets {
	unsigned char p[2048];
	size_t n;
};

struct asked {
	int64_t us;
	unsigned resolver, port, id, type;
	bool v6, tcp;
	char name[200];
};

static struct rng rng;

static unsigned
below(unsigned n)
{
	return (unsigned)rng_below(&rng, n);
}

static void
put(struct octets *o, const void *p, size_t n)
{
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

static void
put_be(struct octets *o, uint64_t value, int n)
{
	while (n-- > 0)
		o->p[o->n++] = (unsigned char)(value >> 8 * n);
}

static void
put_le(struct octets *o, uint64_t value, int n)
{
	for (int i = 0; i < n; i++)
		o->p[o->n++] = (unsigned char)(value >> 8 * i);
}

static void
put_varint(struct octets *o, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		o->p[o->n++] = (unsigned char)(value | 0x80);
	o->p[o->n++] = (unsigned char)value;
}

static void
put_field(struct octets *o, int field, const void *p, size_t n)
{
	put_varint(o, (uint64_t)field << 3 | 2);
	put_varint(o, n);
	put(o, p, n);
}

static void
put_number(struct octets *o, int field, uint64_t value)
{
	put_varint(o, (uint64_t)field << 3);
	put_varint(o, value);
}

static void
ask(struct asked *a, uint64_t i)
{
	static const char *const cases[] = {
	    "v4-mail", "v6-mail", "mail-ok", "v4-mail.v6only", "v4-mail.dnssec-ok"};
	static const unsigned types[] = {15, 1, 28, 52, 16};
	char token[27];

	for (int k = 0; k < 26; k++)
		token[k] = "abcdefghijklmnopqrstuvwxyz234567"[below(32)];
	token[26] = '\0';
	a->us = START_S * INT64_C(1000000) + (int64_t)i * STEP_US + below(1000);
	a->resolver = below(RESOLVERS);
	a->port = 1024 + below(60000);
	a->id = below(65536);
	a->type = types[below(5)];
	a->v6 = a->resolver % 3 == 0;
	a->tcp = below(20) == 0;
	snprintf(a->name, sizeof a->name, "%s%s.%s%s.measurement.example.com",
	    a->type == 52 ? "_25._tcp." : "", token, a->type == 15 ? "" : "mx.", cases[below(5)]);
	for (char *c = a->name; a->resolver % 7 == 0 && *c; c++)
		if (*c >= 'a' && *c <= 'z' && below(2))
			*c = (char)(*c - 32);
}

static void
put_message(struct octets *o, const struct asked *a, bool is_answer)
{
	const char *label = a->name;

	put_be(o, a->id, 2);
	put_be(o, is_answer ? 0x8400 : 0, 2);
	put_be(o, 1, 2);
	put_be(o, is_answer, 2);
	put_be(o, 0, 2);
	put_be(o, 1, 2);
	for (;;) {
		size_t n = strcspn(label, ".");

		put_be(o, n, 1);
		put(o, label, n);
		label += n;
		if (!*label++)
			break;
	}
	put_be(o, 0, 1);
	put_be(o, a->type, 2);
	put_be(o, 1, 2);
	if (is_answer) {
		put_be(o, 0xc00c, 2);
		put_be(o, 1, 2);
		put_be(o, 1, 2);
		put_be(o, 300, 4);
		put_be(o, 4, 2);
		put_be(o, 0xc6336416, 4);
	}
	put(o, "\0\0\x29\x04\xd0\0\0\x80\0\0\0", 11);
}

static void
put_address(struct octets *o, const struct asked *a, bool of_client)
{
	if (a->v6)
		put(o, "\x20\x01\x0d\xb8\0\x0f\0\0\0\0\0\0\0\0", 14);
	else
		put(o, of_client ? "\xcb\0" : "\xc6\x33", 2);
	put_be(o, of_client ? a->resolver : 0x641c, 2);
}

static void
write_dnstap(const struct asked *a, bool is_answer)
{
	struct octets dns = {.n = 0}, address = {.n = 0}, m = {.n = 0}, tap = {.n = 0},
		      frame = {.n = 0};

	put_number(&m, 1, is_answer ? 2 : 1);
	put_number(&m, 2, a->v6 ? 2 : 1);
	put_number(&m, 3, a->tcp ? 2 : 1);
	put_address(&address, a, true);
	put_field(&m, 4, address.p, address.n);
	address.n = 0;
	put_address(&address, a, false);
	put_field(&m, 5, address.p, address.n);
	put_number(&m, 6, a->port);
	put_number(&m, 7, 53);
	put_number(&m, is_answer ? 12 : 8, (uint64_t)a->us / 1000000);
	put_varint(&m, (is_answer ? 13 : 9) << 3 | 5);
	put_le(&m, (uint64_t)(a->us % 1000000) * 1000 + (is_answer ? 400000 : 0), 4);
	put_message(&dns, a, is_answer);
	put_field(&m, is_answer ? 14 : 10, dns.p, dns.n);
	put_field(&tap, 1, "ns.test", 7);
	put_field(&tap, 14, m.p, m.n);
	put_number(&tap, 15, 1);
	put_be(&frame, tap.n, 4);
	put(&frame, tap.p, tap.n);
	fwrite(frame.p, 1, frame.n, stdout);
}

static void
write_packet(const struct asked *a, bool is_answer)
{
	struct octets dns = {.n = 0}, packet = {.n = 0}, head = {.n = 0};
	size_t ip = a->v6 ? 40 : 20;

	put_message(&dns, a, is_answer);
	if (a->v6) {
		put_be(&packet, 0x60000000, 4);
		put_be(&packet, dns.n + 8, 2);
		put_be(&packet, 0x1140, 2);
	} else {
		put_be(&packet, 0x4500, 2);
		put_be(&packet, ip + dns.n + 8, 2);
		put_be(&packet, 0x00004000, 4);
		put_be(&packet, 0x40110000, 4);
	}
	put_address(&packet, a, !is_answer);
	put_address(&packet, a, is_answer);
	put_be(&packet, is_answer ? 53 : a->port, 2);
	put_be(&packet, is_answer ? a->port : 53, 2);
	put_be(&packet, dns.n + 8, 2);
	put_be(&packet, 0, 2);
	put(&packet, dns.p, dns.n);
	put_le(&head, (uint64_t)a->us / 1000000, 4);
	put_le(&head, (uint64_t)(a->us % 1000000) + (is_answer ? 400 : 0), 4);
	put_le(&head, packet.n, 4);
	put_le(&head, packet.n, 4);
	fwrite(head.p, 1, head.n, stdout);
	fwrite(packet.p, 1, packet.n, stdout);
}

static const char *
type_name(unsigned type)
{
	return type == 15   ? "MX"
	       : type == 1  ? "A"
	       : type == 28 ? "AAAA"
	       : type == 52 ? "TLSA"
			    : "TXT";
}

static void
address_text(const struct asked *a, char out[64])
{
	if (a->v6)
		snprintf(out, 64, "2001:db8:f::%x", a->resolver);
	else
		snprintf(out, 64, "203.0.%u.%u", a->resolver / 256, a->resolver % 256);
}

static void
write_line(const struct asked *a, bool is_bind)
{
	time_t s = (time_t)(a->us / 1000000);
	char stamp[64], address[64];
	struct tm tm;

	gmtime_r(&s, &tm);
	address_text(a, address);
	if (is_bind) {
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &tm);
		printf(
		    "%s.%03dZ queries: client @0x7f48f64e5098 %s#%u (%s): query: %s IN %s -E(0)%sD "
		    "(%s)\n",
		    stamp, (int)(a->us / 1000 % 1000), address, a->port, a->name, a->name,
		    type_name(a->type), a->tcp ? "T" : "",
		    a->v6 ? "2001:db8:f::641c" : "198.51.100.28");
	} else {
		strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", &tm);
		printf("%s %sRemote %s wants '%s|%s', do = 1, bufsize = 1232: packetcache MISS\n",
		    stamp, a->tcp ? "TCP " : "", address, a->name, type_name(a->type));
	}
}

int
main(int argc, char **argv)
{
	static const unsigned char start[] = "\0\0\0\0\0\0\0\x22\0\0\0\x02\0\0\0\x01\0\0\0\x16"
					     "protobuf:dnstap.Dnstap",
				   pcap[] =
				       "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\x65\0\0";
	uint64_t position, n, first;
	struct asked a;

	if (argc < 4 || !strchr("dbp", argv[1][0])) {
		fprintf(stderr, "usage: querygen dnstap|bind|powerdns|pcap SEED QUERIES [FIRST]\n");
		return 64;
	}
	position = strtoull(argv[2], NULL, 10);
	rng = rng_seeded(&position);
	n = strtoull(argv[3], NULL, 10);
	first = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
	setvbuf(stdout, NULL, _IOFBF, OUT_ROOM);
	if (!strcmp(argv[1], "dnstap"))
		fwrite(start, 1, sizeof start - 1, stdout);
	if (!strcmp(argv[1], "pcap"))
		fwrite(pcap, 1, sizeof pcap, stdout);
	for (uint64_t i = 0; i < n; i++) {
		ask(&a, first + i);
		if (!strcmp(argv[1], "dnstap")) {
			write_dnstap(&a, false);
			write_dnstap(&a, true);
		} else if (!strcmp(argv[1], "pcap")) {
			write_packet(&a, false);
			write_packet(&a, true);
		} else {
			write_line(&a, argv[1][0] == 'b');
		}
	}
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
