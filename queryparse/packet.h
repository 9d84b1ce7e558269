/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packet - what stands between the wire and DNS: link, IP, UDP or TCP headers of one packet.
 *
 * Links: Ethernet (with VLAN tags), Linux cooked (SLL and SLL2), raw IP, BSD loopback.  IPv4 (RFC
 * 791) with options, IPv6 (RFC 8200) with extension headers; fragments are told, and put together
 * by fragments.h.  Untrusted: lengths are those of the headers, as far as the
 * capture has them. */
#ifndef EMT_PACKET_H
#define EMT_PACKET_H

#include <stdint.h>

#include "base/ip.h"

struct packet {
	struct ip from, to;
	int protocol;        /* of what the payload is: PACKET_UDP, PACKET_TCP, others */
	struct span payload; /* behind the IP headers */
	bool is_cut;         /* it is longer than what was captured */

	/* Of a fragment; else zero. */
	bool is_fragment, is_last;
	uint32_t fragment_id;
	uint32_t fragment_at; /* octets */
};

enum { PACKET_TCP = 6, PACKET_UDP = 17 };

/* Reads the headers of a captured packet; false: no IP, or broken. */
bool packet_read(int link, struct span octets, struct packet *p)
    __attribute__((warn_unused_result));

/* UDP (RFC 768) and TCP (RFC 9293) within the payload of a packet that is no fragment. */
struct segment {
	int from_port, to_port;
	struct span data;
	uint32_t sequence; /* of TCP, as are the flags */
	bool syn, fin, rst;
};

bool segment_read(const struct packet *p, struct segment *s) __attribute__((warn_unused_result));

#endif
