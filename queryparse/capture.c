/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/capture.h"

enum {
	HEADER_LEN = 24, /* of a classic file */
	PACKET_HEADER_LEN = 16,
	BLOCK_MIN = 12, /* type, length, and the length again */
	BLOCK_FRONT = 8,
	SECTION = 0x0a0d0d0a, /* the same in either byte order */
	SECTION_ORDER = 0x1a2b3c4d,
	INTERFACE = 1,
	PACKET_OLD = 2,
	PACKET_SIMPLE = 3,
	PACKET_ENHANCED = 6,
	OPTION_RESOLUTION = 9,
	OPTION_OFFSET = 14,
	US_PER_S = 1000000,
	TIME_MAX_S = 2000000000, /* twice that: until 2096; later ones are damage */
};

static uint64_t
number(const struct capture *c, struct span s, size_t at, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n && at + n <= s.n; i++) {
		size_t place = c->is_swapped ? i : n - 1 - i;

		value = value << 8 | (unsigned char)s.p[at + place];
	}
	return value;
}

bool
capture_begin(struct capture *c, struct span magic)
{
	static const struct {
		unsigned char octets[CAPTURE_MAGIC_LEN];
		bool is_ng, is_swapped;
		uint64_t units;
	} kinds[] = {
	    {{0xd4, 0xc3, 0xb2, 0xa1}, false, false, US_PER_S},
	    {{0xa1, 0xb2, 0xc3, 0xd4}, false, true, US_PER_S},
	    {{0x4d, 0x3c, 0xb2, 0xa1}, false, false, 1000 * US_PER_S},
	    {{0xa1, 0xb2, 0x3c, 0x4d}, false, true, 1000 * US_PER_S},
	    {{0x0a, 0x0d, 0x0d, 0x0a}, true, false, US_PER_S},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!span_starts(
			magic, (struct span){(const char *)kinds[i].octets, CAPTURE_MAGIC_LEN}))
			continue;
		*c = (struct capture){.is_ng = kinds[i].is_ng, .is_swapped = kinds[i].is_swapped};
		c->interfaces[0].units = kinds[i].units;
		return true;
	}
	return false;
}

/* A section says its own byte order. */
static bool
section_order(struct span block, bool *is_swapped)
{
	struct capture native = {.is_swapped = false}, swapped = {.is_swapped = true};

	*is_swapped = number(&swapped, block, BLOCK_FRONT, 4) == SECTION_ORDER;
	return *is_swapped || number(&native, block, BLOCK_FRONT, 4) == SECTION_ORDER;
}

static uint64_t
block_size(const struct capture *c, struct span held)
{
	struct capture order = {.is_swapped = c->is_swapped};
	uint64_t n;

	if (held.n < BLOCK_MIN)
		return 0;
	if (number(c, held, 0, 4) == SECTION)
		section_order(held, &order.is_swapped);
	n = number(&order, held, 4, 4);
	return n < BLOCK_MIN ? BLOCK_MIN : n;
}

uint64_t
capture_record_size(const void *capture, struct span held)
{
	const struct capture *c = capture;

	if (c->is_ng)
		return block_size(c, held);
	if (!c->has_header)
		return HEADER_LEN;
	return held.n < PACKET_HEADER_LEN ? 0 : PACKET_HEADER_LEN + number(c, held, 8, 4);
}

/* `units` of a second have passed since 1970: microseconds. */
static bool
set_time(struct capture_packet *p, uint64_t stamp, const struct capture_interface *from)
{
	uint64_t s = stamp / from->units, rest = stamp % from->units;

	if (s > 2ull * TIME_MAX_S || from->offset_s > TIME_MAX_S || from->offset_s < -TIME_MAX_S)
		return false;
	p->time_us = ((int64_t)s + from->offset_s) * US_PER_S;
	p->time_us += (int64_t)((unsigned __int128)rest * US_PER_S / from->units);
	return p->time_us >= 0;
}

static enum capture_st
read_classic(struct capture *c, struct span record, struct capture_packet *p)
{
	struct capture_interface *from = &c->interfaces[0];
	uint64_t len, fraction;

	if (!c->has_header) {
		c->has_header = true;
		/* The upper bits are about checksums of frames. */
		from->link = (int)(number(c, record, 20, 4) & 0xffff);
		return record.n == HEADER_LEN ? CAPTURE_OTHER : CAPTURE_BAD;
	}
	p->octets = span_from(record, PACKET_HEADER_LEN);
	len = number(c, record, 8, 4);
	fraction = number(c, record, 4, 4);
	if (record.n < PACKET_HEADER_LEN || p->octets.n != len || fraction >= from->units) {
		/* A length that makes no sense: nothing behind it does. */
		c->is_broken = true;
		return CAPTURE_BAD;
	}
	p->link = from->link;
	p->is_cut = len < number(c, record, 12, 4);
	return set_time(p, number(c, record, 0, 4) * from->units + fraction, from) ? CAPTURE_PACKET
										   : CAPTURE_BAD;
}

static void
take_option(struct capture *c, struct capture_interface *to, uint64_t code, struct span value)
{
	unsigned resolution = value.n ? (unsigned char)value.p[0] : 0;

	if (code == OPTION_OFFSET && value.n == 8) {
		to->offset_s = (int64_t)number(c, value, 0, 8);
	} else if (code == OPTION_RESOLUTION && value.n == 1) {
		/* Powers of two if the upper bit is set, else of ten. */
		unsigned power = resolution & 0x7f;

		to->units = 1;
		for (unsigned i = 0; i < power && power <= (resolution & 0x80 ? 40 : 12); i++)
			to->units *= resolution & 0x80 ? 2 : 10;
	}
}

static enum capture_st
read_interface(struct capture *c, struct span block)
{
	struct capture_interface *to;
	struct span rest = span_from(block, BLOCK_FRONT + 8);

	if (block.n < BLOCK_MIN + 8 || c->interfaces_n == CAPTURE_INTERFACES_MAX)
		return CAPTURE_BAD;
	to = &c->interfaces[c->interfaces_n++];
	*to = (struct capture_interface){
	    .link = (int)number(c, block, BLOCK_FRONT, 2), .units = US_PER_S};
	rest.n -= 4; /* the length again */
	while (rest.n >= 4) {
		uint64_t code = number(c, rest, 0, 2), n = number(c, rest, 2, 2);

		if (!code || n > rest.n - 4)
			break;
		take_option(c, to, code, (struct span){rest.p + 4, n});
		rest = span_from(rest, 4 + (n + 3) / 4 * 4);
	}
	return CAPTURE_OTHER;
}

/* The packet of `len` octets at `at`, of which `whole` were on the wire. */
static enum capture_st
take_packet(struct capture *c, struct span block, size_t interface, size_t at, uint64_t len,
    uint64_t whole, struct capture_packet *p)
{
	if (interface >= c->interfaces_n || block.n < at + 4 || len > block.n - at - 4)
		return CAPTURE_BAD;
	p->link = c->interfaces[interface].link;
	p->octets = (struct span){block.p + at, len};
	p->is_cut = len < whole;
	return CAPTURE_PACKET;
}

static enum capture_st
read_enhanced(struct capture *c, struct span block, bool is_old, struct capture_packet *p)
{
	size_t interface = number(c, block, BLOCK_FRONT, is_old ? 2 : 4);
	uint64_t stamp = number(c, block, 12, 4) << 32 | number(c, block, 16, 4);
	enum capture_st st = take_packet(
	    c, block, interface, 28, number(c, block, 20, 4), number(c, block, 24, 4), p);

	if (st == CAPTURE_PACKET && !set_time(p, stamp, &c->interfaces[interface]))
		return CAPTURE_BAD;
	return st;
}

static enum capture_st
read_section(struct capture *c, struct span block)
{
	bool is_swapped;

	if (!section_order(block, &is_swapped)) {
		c->is_broken = true;
		return CAPTURE_BAD;
	}
	*c = (struct capture){.is_ng = true, .is_swapped = is_swapped, .has_header = true};
	return CAPTURE_OTHER;
}

static enum capture_st
read_block(struct capture *c, struct span block, struct capture_packet *p)
{
	uint64_t type = number(c, block, 0, 4);

	if (type == SECTION)
		return read_section(c, block);
	if (number(c, block, 4, 4) != block.n || block.n % 4) {
		c->is_broken = true;
		return CAPTURE_BAD;
	}
	switch (type) {
	case INTERFACE: return read_interface(c, block);
	case PACKET_ENHANCED: return read_enhanced(c, block, false, p);
	case PACKET_OLD: return read_enhanced(c, block, true, p);
	case PACKET_SIMPLE: return CAPTURE_BAD; /* it has no time */
	default: return CAPTURE_OTHER;
	}
}

enum capture_st
capture_read(struct capture *c, struct span record, struct capture_packet *p)
{
	*p = (struct capture_packet){.time_us = 0};
	if (c->is_broken)
		return CAPTURE_BAD;
	return c->is_ng ? read_block(c, record, p) : read_classic(c, record, p);
}
