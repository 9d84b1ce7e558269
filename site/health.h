/* SPDX-License-Identifier: GPL-3.0-or-later */
/* health - health/1 records: what a check of the live site found of one part of one test case
 * (schema/health-1.json).
 *
 * A day's records (UTC) are a file of the folder, YYYY-MM-DD.jsonl.  Lines are added whole, all of
 * a call or none, under a lock, and are on the disk when it returns; several checks may share a
 * folder. */
#ifndef EMT_HEALTH_H
#define EMT_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct health {
	const char *testcase, *part;
	const char *family; /* "ipv4", "ipv6"; NULL: the part has none */
	bool ok;
	const char *detail; /* for people */
	const char *sender; /* the envelope sender that was tried; NULL: the part tries none */
	int64_t time_us;    /* when it was known, since 1970 */
};

/* NULL, or what could not be written, and why.  `dir` must be there. */
const char *health_append(struct arena *a, const char *dir, const struct health *records, size_t n)
    __attribute__((warn_unused_result));

#endif
