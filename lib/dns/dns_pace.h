/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_pace - how many questions are on their way at once.
 *
 * A burst overflows receive buffers: in Linux' default of 208 KiB there is room for some 280
 * questions to a resolver nearby, or for some 90 signed answers from it, and each one lost costs
 * the seconds until it is sent again.  So a question takes a place until it is answered, and the
 * others wait in line.  One that has had no
 * answer for DNS_PACE_PATIENCE_US has left that buffer long ago and counts no longer: silent
 * servers cost patience, not places. */
#ifndef EMT_DNS_PACE_H
#define EMT_DNS_PACE_H

#include <stddef.h>
#include <sys/queue.h>

#include "io/loop.h"

enum {
	DNS_PACE_PARALLEL = 100,
	DNS_PACE_PATIENCE_US = 100000,
};

struct dns_pace;

/* Part of the question's own struct, and gone with it; zeroed: in no line. */
struct dns_pace_turn {
	enum {
		DNS_PACE_OUT,
		DNS_PACE_WAITING, /* in line, not sent */
		DNS_PACE_GOING,   /* sent, in a place */
		DNS_PACE_SILENT,  /* sent, its place given up */
	} state;
	int64_t until_us; /* of the place */
	TAILQ_ENTRY(dns_pace_turn) entry;
};

/* go(turn) sends the question; it may end its turn at once. */
struct dns_pace *dns_pace_new(
    struct loop *l, size_t parallel, void (*go)(struct dns_pace_turn *turn));

/* No turn is left then. */
void dns_pace_free(struct dns_pace *p);

void dns_pace_limit(struct dns_pace *p, size_t parallel);

/* Calls go before it returns if there is a place and nobody in line, else later from the loop. */
void dns_pace_enter(struct dns_pace *p, struct dns_pace_turn *turn);

/* The question is answered or given up, whether it was sent or not. */
void dns_pace_leave(struct dns_pace *p, struct dns_pace_turn *turn);

/* How many rounds of places those in line amount to; 0: less than one. */
size_t dns_pace_rounds_waiting(const struct dns_pace *p);

#endif
