/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcpstreams - DNS messages out of captured TCP segments (RFC 7766: each with two octets of length
 * in front).
 *
 * Each direction of a connection is a stream of its own.  Segments may come out of order and again;
 * where one is missing for good, or the capture began within a connection, the stream is given up
 * until the next SYN, for nobody can tell where a message begins.  Bounded: connections, octets
 * that wait; the stream that was idle for longest gives way. */
#ifndef EMT_TCPSTREAMS_H
#define EMT_TCPSTREAMS_H

#include "queryparse/packet.h"

enum {
	TCPSTREAMS_N = 1024,       /* directions at once */
	TCPSTREAMS_OCTETS = 65537, /* of one: a message */
	TCPSTREAMS_LATE = 16,      /* segments that wait for one before them; a message's octets */
};

struct tcpstreams;

struct tcpstreams *tcpstreams_new(
    void (*message)(void *state, int64_t time_us, const struct packet *p, const struct segment *s,
	struct span message),
    void *state);
void tcpstreams_free(struct tcpstreams *t); /* NULL is fine */

void tcpstreams_add(
    struct tcpstreams *t, int64_t time_us, const struct packet *p, const struct segment *s);

/* Streams that were given up with something missing. */
uint64_t tcpstreams_lost(const struct tcpstreams *t);

#endif
