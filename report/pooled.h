/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pooled - what the sets of one operator add up to beside their verdicts: which addresses without
 * a name count as its, how its mails came again after greylisting, and what several sets show
 * together that none shows alone.
 *
 * Of each set no more is kept than eight octets for each mail that was put off. */
#ifndef EMT_REPORT_POOLED_H
#define EMT_REPORT_POOLED_H

#include "report/capability.h"
#include "report/either.h"
#include "report/greylisting.h"

enum { POOLED_CLIENTS_MAX = 200 /* addresses that are told apart; more are left out */ };

struct pooled_client {
	struct ascribed_client client;
	size_t sets_n;
};

/* Sets that say the same of the same sessions (either.h). */
struct pooled_either {
	struct either said;
	size_t capability, sets_n; /* so many have come */
};

struct pooled {
	size_t ascribed_n; /* sets that have such clients */
	struct pooled_client *clients;
	size_t clients_n, clients_room;
	struct greylisting_pool greylisting;
	struct pooled_either *eithers;
	size_t eithers_n, eithers_room;
};

/* Copies what it keeps to the arena.  Begins with zeroes. */
void pooled_add(struct arena *a, struct pooled *p, const struct probe_set *set);
void pooled_add_verdict(
    struct arena *a, struct pooled *p, size_t capability, const struct verdict *v);

/* What sets say together of a capability: one vote for each group of sessions, if every set that
 * these fit has come and says it.  The number of such votes; the first `max` of them. */
size_t pooled_together(
    const struct pooled *p, size_t capability, const struct verdict **v, size_t max);

#endif
