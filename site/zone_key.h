/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone_key - the DNSSEC key of a zone, in files that stay.
 *
 * One key signs everything in its zone (flags 257, algorithm 13): whoever signs from cron has every
 * key on the same disk, so a second key would guard nothing, and would make each DNSKEY answer and
 * each change at the parent larger.  FOLDER/ZONE.private (mode 0600) is the private key in the form
 * of ldns and BIND, FOLDER/ZONE.key the DNSKEY record.  A key that is there is used or complained
 * about, never replaced: a new one would make the zone bogus until the parent has its DS. */
#ifndef EMT_ZONE_KEY_H
#define EMT_ZONE_KEY_H

#include <stdint.h>

#include "base/arena.h"

enum { ZONE_KEY_ALGORITHM = 13, ZONE_KEY_FLAGS = 257, ZONE_KEY_DIGEST = 2 };

struct ldns_struct_key;

struct zone_key {
	const char *zone;             /* canonical, without the dot at the end; the root is "." */
	struct ldns_struct_key *ldns; /* the arena's */
	uint16_t tag;
	struct span private_text; /* what the private file holds: each thread reads its own */
};

/* Reads the key of `zone` (canonical) in the folder dir_fd; `dir` names it in messages.  Without
 * one, `make` makes it.  NULL, or "FILE: what, and the mend" from the arena. */
const char *zone_key_open(struct arena *a, const char *dir, int dir_fd, const char *zone, bool make,
    struct zone_key *key) __attribute__((warn_unused_result));

/* The same key once more, for another thread; the caller frees it by ldns_key_deep_free. */
struct ldns_struct_key *zone_key_copy(const struct zone_key *key);

/* "TAG 13 2 DIGEST": the data of the DS record, digest in lower case (RFC 4034 section 5). */
const char *zone_key_ds(struct arena *a, const struct zone_key *key);

#endif
