/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone_records - the records of a zone file, one after the other (RFC 1035 section 5; no $INCLUDE).
 *
 * ldns reads each record; that it reads whole zones as well does not help: it passes over a second
 * SOA without a word. */
#ifndef EMT_ZONE_RECORDS_H
#define EMT_ZONE_RECORDS_H

#include <stdio.h>

#include "base/arena.h"

enum { ZONE_RECORDS_TTL_S = 3600 }; /* of a record without one in a file without $TTL */

struct ldns_struct_rr_list;

/* Reads the file, and closes it; `file` names it in messages.  NULL and a list that the caller
 * frees by ldns_rr_list_deep_free, or "FILE:LINE: what, and the mend" from the arena. */
const char *zone_records_read(struct arena *a, FILE *in_own, const char *file, const char *origin,
    struct ldns_struct_rr_list **records) __attribute__((warn_unused_result));

#endif
