/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expected - what a scenario says of the verdicts, held against them: a test each. */
#ifndef EMT_PLAY_EXPECTED_H
#define EMT_PLAY_EXPECTED_H

#include "tests/tools/play/player.h"

void play_expect(struct player *p, struct span rest); /* CASE|CAPABILITY STATE [EVIDENCE|-] */

/* Of the verdict that was expected last. */
void play_says(struct player *p, struct span want);
void play_records(struct player *p, struct span want);
void play_control(struct player *p, struct span want);
void play_votes(struct player *p, struct span want);
void play_resolver(struct player *p, struct span want);

/* Of all sets together. */
void play_sender(struct player *p, struct span rest);
void play_resolvers(struct player *p, struct span rest);
void play_share(struct player *p, struct span rest);

#endif
