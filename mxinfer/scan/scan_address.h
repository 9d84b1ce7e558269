/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan_address - within scan: what is known of a target when its visit is over, and its record. */
#ifndef EMT_MXINFER_SCAN_SCAN_ADDRESS_H
#define EMT_MXINFER_SCAN_SCAN_ADDRESS_H

#include "mxinfer/scan/scan_parts.h"

/* Whose host it is: the registered domain of the first MX name that led to it, or that name. */
struct span scan_address_operator(const struct scan *s, uint32_t id);

/* Judges what was seen, counts that, and appends the record to s->record.  seen == NULL: nobody
 * went there. */
void scan_address_record(
    struct scan *s, uint32_t id, const struct visit *seen, const char *outcome);

#endif
