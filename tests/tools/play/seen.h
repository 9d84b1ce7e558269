/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seen - what is seen of probes: items (report/evidence.h), one by one or as a sender without a
 * fault makes them. */
#ifndef EMT_PLAY_SEEN_H
#define EMT_PLAY_SEEN_H

#include "tests/tools/play/player.h"

/* TIME KIND PROBE [WORD...] */
void play_seen(struct player *p, struct span line);

/* [except PROBE...] */
void play_normal(struct player *p, struct span except);
void play_probes(struct player *p, struct span names);

/* Is it a word of the list? */
bool is_excepted(struct span list, const char *name);

#endif
