/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan - what emt-mxscan does: domains in, DNS, one polite connection to each address that mail of
 * theirs goes to, records out (emt-mxscan.1).
 *
 * A domain's record is written when its route is known, an address's when its visit is over; no
 * address is visited before the record of a domain that leads to it is made.  So whatever is killed
 * when, the file says what is left to do. */
#ifndef EMT_MXINFER_SCAN_SCAN_H
#define EMT_MXINFER_SCAN_SCAN_H

#include "mxinfer/scan/scan_params.h"

/* Completes the params, scans, and answers with the exit code: 0 all done, 75 not all (a signal,
 * --max-runtime, an error of the machine). */
int scan_run(struct arena *a, struct scan_params *params, const struct settings *settings,
    char *const *operands, int operands_n);

#endif
