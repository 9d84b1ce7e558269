/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inputs - several sources read together, always on with the one whose next query is the earliest:
 * so parts of a rotated log may be named in any order, and captures of several servers are merged.
 */
#ifndef EMT_INPUTS_H
#define EMT_INPUTS_H

#include "queryparse/source.h"

/* Calls take for every query and answer until it says false.  "-" is standard input, as is an empty
 * list.  All files are opened before the first is read.  Adds up what was counted.  The exit code:
 * 0; 75: a file cannot be read (reported).  One that is damaged is read as far as it goes, and
 * counted. */
int inputs_read(const struct source_params *params, char *const *files, int files_n,
    bool (*take)(void *state, const struct query *q), void *state, struct source_counts *counts)
    __attribute__((warn_unused_result));

#endif
