/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/protobuf.h"

enum {
	VARINT = 0,
	FIXED64 = 1,
	OCTETS = 2,
	FIXED32 = 5,
	KIND_BITS = 3,
	VARINT_MAX = 10, /* octets of 64 bits */
};

static uint64_t
take_varint(struct cursor *c)
{
	uint64_t value = 0;

	for (int i = 0; i < VARINT_MAX; i++) {
		int octet = cur_peek(c);

		if (octet < 0)
			break;
		cur_take(c, 1);
		value |= (uint64_t)(octet & 0x7f) << 7 * i;
		if (!(octet & 0x80))
			return value;
	}
	cur_fail(c);
	return 0;
}

/* n octets, the least significant first. */
static uint64_t
take_fixed(struct cursor *c, size_t n)
{
	uint64_t value = 0;

	if (c->rest.n < n) {
		cur_fail(c);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		value |= (uint64_t)(unsigned char)c->rest.p[i] << 8 * i;
	cur_take(c, n);
	return value;
}

bool
protobuf_next(struct cursor *c, struct protobuf_field *field)
{
	uint64_t key, len;

	*field = (struct protobuf_field){.number = 0};
	if (c->failed || !c->rest.n)
		return false;
	key = take_varint(c);
	field->number = key >> KIND_BITS;
	switch (key & ((1 << KIND_BITS) - 1)) {
	case VARINT: field->value = take_varint(c); break;
	case FIXED64: field->value = take_fixed(c, 8); break;
	case FIXED32: field->value = take_fixed(c, 4); break;
	case OCTETS:
		len = take_varint(c);
		if (c->failed || len > c->rest.n)
			cur_fail(c);
		else
			field->octets = cur_take(c, (size_t)len);
		break;
	default: cur_fail(c);
	}
	if (!field->number)
		cur_fail(c);
	return !c->failed;
}

static void
put_varint(struct buf *out, uint64_t value)
{
	while (value >= 0x80) {
		buf_putc(out, (char)((value & 0x7f) | 0x80));
		value >>= 7;
	}
	buf_putc(out, (char)value);
}

void
protobuf_put_number(struct buf *out, unsigned field, uint64_t value)
{
	put_varint(out, field << KIND_BITS | VARINT);
	put_varint(out, value);
}

void
protobuf_put_octets(struct buf *out, unsigned field, struct span octets)
{
	put_varint(out, field << KIND_BITS | OCTETS);
	put_varint(out, octets.n);
	buf_put(out, octets);
}
