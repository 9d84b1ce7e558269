/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moment - what is known at one time of a scenario, and the verdicts on it: our own health and
 * gaps, and of the items those before.
 *
 * The loader's part is done here: the set's operator is that of the first mail-ok, and who comes
 * from another operator is foreign. */
#ifndef EMT_PLAY_MOMENT_H
#define EMT_PLAY_MOMENT_H

#include "tests/tools/play/player.h"

void play_healthy(struct player *p, struct span except);
void play_red(struct player *p, struct span rest); /* CASE/PART[/FAMILY] TIME [words] */
void play_gap(struct player *p, struct span rest); /* TIME TIME */

/* TIME: from here on expectations are of then. */
void play_now(struct player *p, struct span at);

#endif
