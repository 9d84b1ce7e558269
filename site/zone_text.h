/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone_text - an unsigned zone file, read for signing (RFC 1035 section 5; no $INCLUDE).
 *
 * What ldns would sign without a word is refused here: records of other zones, a missing SOA or NS
 * at the apex, a CNAME beside other records, and DNSSEC records, which only signing may add. */
#ifndef EMT_ZONE_TEXT_H
#define EMT_ZONE_TEXT_H

#include "base/arena.h"

struct ldns_struct_dnssec_zone;

/* NULL and a zone that the caller frees by ldns_dnssec_zone_deep_free, or "FILE[:LINE]: what, and
 * the mend" from the arena. */
const char *zone_text_read(struct arena *a, const char *file, const char *origin,
    struct ldns_struct_dnssec_zone **zone) __attribute__((warn_unused_result));

#endif
