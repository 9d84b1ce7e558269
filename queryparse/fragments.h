/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fragments - IP packets put together from their fragments (RFC 791, RFC 8200 section 4.5), in any
 * order.
 *
 * Bounded: so many packets at once, of 64 KiB each at most; the oldest gives way, and so does one
 * that is not whole after FRAGMENTS_US.  Where fragments overlap, the packet is dropped (RFC 5722):
 * nobody but an attacker makes such ones. */
#ifndef EMT_FRAGMENTS_H
#define EMT_FRAGMENTS_H

#include "queryparse/packet.h"

enum {
	FRAGMENTS_PACKETS = 64,
	FRAGMENTS_OCTETS = 65536,
	FRAGMENTS_PARTS = 128, /* fragments of a packet */
	FRAGMENTS_US = 60 * 1000 * 1000,
};

struct fragments;

struct fragments *fragments_new(void);
void fragments_free(struct fragments *f); /* NULL is fine */

/* Takes a fragment.  True: the packet is whole, and *p is it now; its payload lives until the next
 * call. */
bool fragments_add(struct fragments *f, int64_t time_us, struct packet *p)
    __attribute__((warn_unused_result));

#endif
