/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/packet.h"

/* Link types, as captures number them. */
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_LINUX_SLL2 = 276,
};

enum {
	ETHERNET_LEN = 14,
	VLAN_LEN = 4,
	VLANS_MAX = 4,
	SLL_LEN = 16,
	SLL2_LEN = 20,
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	TYPE_VLAN = 0x8100,
	TYPE_VLAN_OUTER = 0x88a8,
	IPV4_LEN = 20,
	IPV6_LEN = 40,
	EXTENSIONS_MAX = 16,
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	DESTINATION = 60,
	FRAGMENT_LEN = 8,
	UDP_LEN = 8,
	TCP_LEN = 20,
	TCP_FIN = 1,
	TCP_SYN = 2,
	TCP_RST = 4,
};

static unsigned
octet(struct span s, size_t at)
{
	return at < s.n ? (unsigned char)s.p[at] : 0;
}

static unsigned
number16(struct span s, size_t at)
{
	return octet(s, at) << 8 | octet(s, at + 1);
}

static uint32_t
number32(struct span s, size_t at)
{
	return (uint32_t)number16(s, at) << 16 | number16(s, at + 2);
}

/* Behind an Ethernet header and its VLAN tags. */
static struct span
skip_ethernet(struct span octets)
{
	size_t at = ETHERNET_LEN;
	unsigned type = number16(octets, at - 2);

	for (int i = 0; i < VLANS_MAX && (type == TYPE_VLAN || type == TYPE_VLAN_OUTER); i++) {
		at += VLAN_LEN;
		type = number16(octets, at - 2);
	}
	if (type != TYPE_IPV4 && type != TYPE_IPV6)
		return (struct span){NULL, 0};
	return span_from(octets, at);
}

/* The IP packet; p == NULL: there is none. */
static struct span
skip_link(int link, struct span octets)
{
	switch (link) {
	case LINK_ETHERNET: return skip_ethernet(octets);
	case LINK_NULL:
	case LINK_LOOP: return span_from(octets, 4);
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6: return octets;
	case LINK_LINUX_SLL: return span_from(octets, SLL_LEN);
	case LINK_LINUX_SLL2: return span_from(octets, SLL2_LEN);
	default: return (struct span){NULL, 0};
	}
}

/* What an IP header says is its payload; what the link padded behind it is none. */
static void
set_payload(struct packet *p, struct span octets, size_t header, size_t total)
{
	p->payload = span_from(octets, header);
	total -= header;
	if (p->payload.n >= total)
		p->payload.n = total;
	else
		p->is_cut = true;
}

static bool
read_ipv4(struct span octets, struct packet *p)
{
	size_t header = (octet(octets, 0) & 15) * 4, total = number16(octets, 2);
	unsigned fragment = number16(octets, 6);

	if (octets.n < IPV4_LEN || header < IPV4_LEN)
		return false;
	if (!total)
		total = octets.n; /* the network card was to fill it in (TSO) */
	if (total < header)
		return false;
	memcpy(p->from.octets, octets.p + 12, 4);
	memcpy(p->to.octets, octets.p + 16, 4);
	p->protocol = (int)octet(octets, 9);
	p->fragment_at = (fragment & 0x1fff) * 8;
	p->is_last = !(fragment & 0x2000);
	p->is_fragment = p->fragment_at || !p->is_last;
	p->fragment_id = number16(octets, 4);
	set_payload(p, octets, header, total);
	return true;
}

/* RFC 8200 section 4.5. */
static bool
take_fragment_header(struct packet *p, unsigned *next)
{
	struct span header = p->payload;

	if (header.n < FRAGMENT_LEN)
		return false;
	p->is_fragment = true;
	p->fragment_at = number16(header, 2) & 0xfff8;
	p->is_last = !(octet(header, 3) & 1);
	p->fragment_id = number32(header, 4);
	*next = octet(header, 0);
	p->payload = span_from(header, FRAGMENT_LEN);
	return true;
}

static bool
skip_extensions(struct packet *p, unsigned next)
{
	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		size_t n = 8 * (1 + (size_t)octet(p->payload, 1));

		switch (next) {
		case HOP_BY_HOP:
		case ROUTING:
		case DESTINATION: break;
		case AUTHENTICATION: n = 4 * (2 + (size_t)octet(p->payload, 1)); break;
		case FRAGMENT:
			/* What follows in a fragment is a part of a payload, of any kind. */
			if (!take_fragment_header(p, &next))
				return false;
			if (p->fragment_at || !p->is_last) {
				p->protocol = (int)next;
				return true;
			}
			p->is_fragment = false;
			continue;
		default: p->protocol = (int)next; return true;
		}
		if (n > p->payload.n)
			return false;
		next = octet(p->payload, 0);
		p->payload = span_from(p->payload, n);
	}
	return false;
}

static bool
read_ipv6(struct span octets, struct packet *p)
{
	size_t payload = number16(octets, 4);

	if (octets.n < IPV6_LEN)
		return false;
	p->from.v6 = p->to.v6 = true;
	memcpy(p->from.octets, octets.p + 8, 16);
	memcpy(p->to.octets, octets.p + 24, 16);
	set_payload(p, octets, IPV6_LEN, payload ? IPV6_LEN + payload : octets.n);
	return skip_extensions(p, octet(octets, 6));
}

bool
packet_read(int link, struct span octets, struct packet *p)
{
	struct span ip = skip_link(link, octets);

	*p = (struct packet){.protocol = -1};
	switch (ip.n ? octet(ip, 0) >> 4 : 0) {
	case 4: return read_ipv4(ip, p);
	case 6: return read_ipv6(ip, p);
	default: return false;
	}
}

static bool
read_udp(const struct packet *p, struct segment *s)
{
	size_t len = number16(p->payload, 4);

	if (p->payload.n < UDP_LEN || len < UDP_LEN)
		return false;
	s->data = span_from(p->payload, UDP_LEN);
	if (s->data.n > len - UDP_LEN)
		s->data.n = len - UDP_LEN;
	return true;
}

static bool
read_tcp(const struct packet *p, struct segment *s)
{
	size_t header = (octet(p->payload, 12) >> 4) * 4;
	unsigned flags = octet(p->payload, 13);

	if (p->payload.n < TCP_LEN || header < TCP_LEN || header > p->payload.n)
		return false;
	s->sequence = number32(p->payload, 4);
	s->fin = flags & TCP_FIN;
	s->syn = flags & TCP_SYN;
	s->rst = flags & TCP_RST;
	s->data = span_from(p->payload, header);
	return true;
}

bool
segment_read(const struct packet *p, struct segment *s)
{
	*s = (struct segment){
	    .from_port = (int)number16(p->payload, 0), .to_port = (int)number16(p->payload, 2)};
	if (p->protocol == PACKET_UDP)
		return read_udp(p, s);
	return p->protocol == PACKET_TCP && read_tcp(p, s);
}
