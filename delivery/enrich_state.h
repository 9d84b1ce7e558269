/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_state - what the enricher must remember when it is restarted: how often each block list
 * was asked today (UTC), what the tests of the lists found, which addresses were tested for an open
 * relay.
 *
 * It is one small file, enrich.json in the folder `state_dir`, replaced whole.  Several processes
 * may share it: each change reads the file, changes it and replaces it under a lock.  Questions to
 * lists are set aside in portions, so that not every mail writes: after a kill up to
 * ENRICH_STATE_PORTION questions a list count that were never asked, and the cap holds all the
 * same.  Results of tests go with the next change, or the end; a kill loses some, and they are made
 * again.
 *
 * A missing file means a fresh start, a damaged one too, with a warning.  Where it cannot be read
 * and written there is one warning; then counts and tests are kept in memory, which starts afresh
 * with the process, and no address is tested for an open relay: a limit that a restart forgets is
 * none. */
#ifndef EMT_ENRICH_STATE_H
#define EMT_ENRICH_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

#define ENRICH_STATE_FILE "enrich.json"

enum {
	ENRICH_STATE_PORTION = 100,     /* questions a list that are set aside at once */
	ENRICH_STATE_RELAYS_MAX = 4096, /* addresses of 24 hours; more are not tested */
};

struct enrich_state;

/* Makes the folder (not those above it) if it is not there.  Never fails: see above.  `clock` is
 * borrowed; its wall_us counts. */
struct enrich_state *enrich_state_open(const char *dir, const struct clock *clock);

/* Gives back what was set aside, and frees it.  NULL is fine. */
void enrich_state_free(struct enrich_state *s);

/* The block lists that the functions below are called with; once, names borrowed for ever. */
void enrich_state_lists(struct enrich_state *s, const char *const *lists, size_t lists_n);

/* May list number `list` be asked n more questions today, of which `cap` are allowed?  If so they
 * are counted. */
bool enrich_state_take(struct enrich_state *s, size_t list, int64_t n, int64_t cap);

/* Takes back one question that was not sent after all. */
void enrich_state_give_back(struct enrich_state *s, size_t list);

/* What the last test of a list found, a word of the caller's, and its age in seconds; NULL: never
 * tested.  The word lives until the next call of a function here. */
const char *enrich_state_test(struct enrich_state *s, size_t list, bool ipv6, int64_t *age_s);
void enrich_state_set_test(struct enrich_state *s, size_t list, bool ipv6, const char *found);

enum enrich_state_relay {
	ENRICH_STATE_RELAY_GO,      /* test it now; that is written down already */
	ENRICH_STATE_RELAY_TODAY,   /* it was tested within the last 24 hours */
	ENRICH_STATE_RELAY_HOURLY,  /* `per_hour` addresses were tested within the last hour */
	ENRICH_STATE_RELAY_NO_STATE /* it cannot be written down, so it must not be tested */
};

/* May this address (in canonical form) be tested for an open relay? */
enum enrich_state_relay enrich_state_relay(
    struct enrich_state *s, const char *address, int64_t per_hour);

#endif
