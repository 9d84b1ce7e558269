/* SPDX-License-Identifier: GPL-3.0-or-later */
/* owner - an output folder that belongs to one state (io/follow_state.h): two states that write to
 * one folder would take back each other's lines (io/dayfiles.h). */
#ifndef EMT_OWNER_H
#define EMT_OWNER_H

#include <stdbool.h>

#define OWNER_FILE ".follow-state" /* in the output folder; holds the path of the state's */

/* `dir` is open on dir_fd.  Makes it the state's if it is nobody's.  False: reported. */
bool owner_claim(const char *dir, int dir_fd, const char *state)
    __attribute__((warn_unused_result));

#endif
