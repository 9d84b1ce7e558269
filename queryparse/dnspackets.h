/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dnspackets - queries and answers out of the captured packets of port 53.
 *
 * The side of port 53 is the name server; between two such ports the QR flag tells.  What is asked
 * from the machine itself is in the capture, too: that is a query to another server. */
#ifndef EMT_DNSPACKETS_H
#define EMT_DNSPACKETS_H

#include "queryparse/capture.h"
#include "queryparse/query.h"

struct dnspackets;

struct dnspackets_counts {
	uint64_t packets;
	uint64_t other;  /* neither UDP nor TCP of port 53 */
	uint64_t broken; /* messages that are cut, or shorter than a header */
	uint64_t lost;   /* TCP connections of which segments are missing */
};

struct dnspackets *dnspackets_new(void (*take)(void *state, const struct query *q), void *state);
void dnspackets_free(struct dnspackets *d); /* NULL is fine */

void dnspackets_add(struct dnspackets *d, const struct capture_packet *p);

struct dnspackets_counts dnspackets_counts(const struct dnspackets *d);

#endif
