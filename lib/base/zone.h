/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone - what a clock reading without a zone means in UTC.
 *
 * A named zone and the system's own are asked of the C library, by way of TZ: a process has one of
 * them at a time, the one set last.  Clock readings that came twice (the hour when summer time
 * ends) are told apart by what came before; those that never were (the hour when it begins) are
 * taken as the C library takes them. */
#ifndef EMT_ZONE_H
#define EMT_ZONE_H

#include <stdbool.h>
#include <stdint.h>

struct zone {
	bool fixed;
	int64_t offset_s; /* east of UTC, where fixed */

	/* The offsets of one quarter of an hour: no zone changes in the middle of one. */
	int64_t quarter; /* local seconds / 900 */
	int offsets_n;   /* 0: nothing kept yet; 2: the readings of this quarter came twice */
	int64_t offsets[2];
};

/* The zone of the system (TZ, else /etc/localtime): where the log was written if this is its
 * machine. */
void zone_system(struct zone *z);

/* UTC, +HH:MM, -HH:MM or a name of the zoneinfo database, like Europe/Berlin.  False: there is no
 * such zone. */
bool zone_set(struct zone *z, const char *text) __attribute__((warn_unused_result));

/* The point in time, in seconds since 1970, of a clock reading given as civil_to_epoch gives it. Of
 * two, the first that is not more than two minutes before `last_s`, the time of the line before.
 */
int64_t zone_to_utc(struct zone *z, int64_t local_s, int64_t last_s);

#endif
