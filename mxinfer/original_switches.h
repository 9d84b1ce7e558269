/* SPDX-License-Identifier: GPL-3.0-or-later */
/* original_switches - MX Inference's own switches that are not of the kind that others are. */
#ifndef EMT_MXINFER_ORIGINAL_SWITCHES_H
#define EMT_MXINFER_ORIGINAL_SWITCHES_H

#include "base/arena.h"

/* --map_id_to_company may stand without a value, and means True; --domains and --save_scan_data are
 * emt-mxscan's.  Puts a command line in their place that knows only switches with one value; NULL,
 * or a message that names the way to do it. */
const char *original_switches(struct arena *a, int *argc, char ***argv)
    __attribute__((warn_unused_result));

#endif
