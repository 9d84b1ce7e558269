/* SPDX-License-Identifier: GPL-3.0-or-later */
/* capture - the packets of a capture file: pcap (tcpdump's classic form, in microseconds or
 * nanoseconds, of either byte order) and pcapng.
 *
 * A record is the file's header, a packet with what stands in front of it, or a block; io/lines.h
 * cuts the file into them by capture_record_size.  Untrusted. */
#ifndef EMT_CAPTURE_H
#define EMT_CAPTURE_H

#include <stdint.h>

#include "base/span.h"

enum {
	CAPTURE_MAGIC_LEN = 4,
	CAPTURE_INTERFACES_MAX = 64, /* of one section of pcapng; packets of others are bad */
};

struct capture {
	bool is_ng, is_swapped; /* swapped: big-endian */
	bool has_header;
	bool is_broken; /* where the next record begins is not known any more */
	size_t interfaces_n;
	struct capture_interface {
		int link;                     /* LINKTYPE_... */
		uint64_t units;               /* of the stamps, in a second */
		int64_t offset_s;             /* added to the stamps */
	} interfaces[CAPTURE_INTERFACES_MAX]; /* classic: the first */
};

/* Does a file that begins so hold packets? */
bool capture_begin(struct capture *c, struct span magic) __attribute__((warn_unused_result));

/* For struct lines; state is the capture. */
uint64_t capture_record_size(const void *capture, struct span held);

struct capture_packet {
	int64_t time_us;
	int link;
	struct span octets;
	bool is_cut; /* the packet was longer */
};

enum capture_st {
	CAPTURE_PACKET,
	CAPTURE_OTHER, /* a header, or a block that is no packet */
	CAPTURE_BAD,
};

enum capture_st capture_read(struct capture *c, struct span record, struct capture_packet *p)
    __attribute__((warn_unused_result));

#endif
