/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_keys - answers as records hold them: in the ATC toolchain's keys, and in `lookups`. */
#ifndef EMT_ENRICH_KEYS_H
#define EMT_ENRICH_KEYS_H

#include <jansson.h>

#include "dns/dns_result.h"

/* May the records of this answer be built upon?  There are some, and they are not bogus. */
bool enrich_believed(const struct dns_result *r);

/* Has somebody who was asked said something? */
bool enrich_answered(const struct dns_result *r);

/* The ATC toolchain's shape: an array of presentation text, on failure of one text that says why.
 * Records that fail DNSSEC validation count as a failure, as a validating resolver gives none.  r
 * == NULL: `why_not` is the text. */
json_t *enrich_texts(struct arena *a, const struct dns_result *r, const char *why_not);

/* One element of `lookups`: everything about the answer, bogus records too. */
json_t *enrich_lookup_value(struct arena *a, const struct dns_result *r);

/* A string of s; null if s.p == NULL. */
json_t *enrich_text(struct span s);

#endif
