/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pace - when the next connection may begin: how many at once, how many a second, and how many at
 * once to the same network or operator.
 *
 * Who waits is served in order, but nobody waits behind somebody whose network or operator is busy.
 * A connection that may not begin yet stands in the queue of the network or operator that has no
 * room, and comes to the front when that has: an end is looked at, never the whole queue, so a
 * million may wait.  12 octets for each, and some 50 for each network and operator. */
#ifndef EMT_MXINFER_SCAN_PACE_H
#define EMT_MXINFER_SCAN_PACE_H

#include "base/ip.h"
#include "io/loop.h"

struct pace;

struct pace_limits {
	uint32_t open;                         /* at once, in all */
	uint32_t per_second;                   /* begun in a second; 0: any number */
	uint32_t ipv4_24, ipv6_48, operator_n; /* at once to one of them */
};

/* Connection `id` begins.  The callback may add and end connections. */
typedef void pace_start(void *arg, uint32_t id);

struct pace *pace_new(
    struct loop *l, const struct pace_limits *limits, pace_start *start, void *arg);
void pace_free(struct pace *p); /* NULL is fine; before the loop */

/* Connection `id` (1 or more; better small, they index an array) to that address wants to begin.
 * `operator_name`: whose host it is; empty: not known, and not limited.  It begins later, never
 * before this returns. */
void pace_add(struct pace *p, uint32_t id, const struct ip *address, struct span operator_name);

/* A connection that has begun has ended. */
void pace_done(struct pace *p, uint32_t id);

/* None begin as long as it is held. */
void pace_hold(struct pace *p, bool held);

size_t pace_open_n(const struct pace *p);
size_t pace_waiting_n(const struct pace *p);

#endif
