/* SPDX-License-Identifier: GPL-3.0-or-later */
/* protobuf - the fields of a protocol buffer message, one by one: as much of the encoding as dnstap
 * takes.
 *
 * Untrusted; the cursor's error is sticky.  Fields may come in any order, and again. */
#ifndef EMT_PROTOBUF_H
#define EMT_PROTOBUF_H

#include "base/buf.h"
#include "base/cursor.h"

struct protobuf_field {
	uint64_t number;    /* of the field; 0: there is none */
	uint64_t value;     /* of a varint, fixed32 or fixed64 */
	struct span octets; /* of a length-delimited one; p == NULL: another kind */
};

/* Takes the next field; false at the end, and where the message is broken (c->failed). */
bool protobuf_next(struct cursor *c, struct protobuf_field *field)
    __attribute__((warn_unused_result));

void protobuf_put_number(struct buf *out, unsigned field, uint64_t value);
void protobuf_put_octets(struct buf *out, unsigned field, struct span octets);

#endif
