/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gave up at once, because no connection came about (unreached.h). */
#include "report/unreached.h"

#include "tests/tap.h"

#define LEAST_US 60

/* Submitted at 100, or not known; asked for at 200. */
static bool
is_unreached(bool submitted, int64_t dsn_us, const char *status, const char *text)
{
	struct item items[] = {
	    {.kind = ITEM_SUBMISSION, .time_us = 100, .accepted = submitted},
	    {.kind = ITEM_QUERY, .time_us = 200},
	    {.kind = ITEM_QUERY, .time_us = 210},
	    {.kind = ITEM_DSN, .time_us = dsn_us, .is_final = true, .status = status, .text = text},
	};
	struct probe probe = {.items = items, .items_n = sizeof items / sizeof *items};
	struct ladder l = {.probe = &probe, .final_dsn = status ? &items[3] : NULL};

	return unreached_at_once(&l, LEAST_US);
}

int
main(void)
{
	OK(is_unreached(true, 159, "4.4.1", NULL), "at once, and nobody answered");
	OK(is_unreached(true, 159, "5.4.2", "connect to x: Connection refused"),
	    "a bad connection");
	OK(!is_unreached(true, 160, "4.4.1", NULL), "not at once");
	OK(!is_unreached(true, 220, "4.4.1", NULL), "it is the submission that counts");
	OK(is_unreached(false, 259, "4.4.1", NULL), "without one the first query");
	OK(!is_unreached(false, 260, "4.4.1", NULL), "the first");
	OK(!is_unreached(false, 150, "4.4.1", NULL), "nothing tells when it began");
	OK(!is_unreached(true, 159, "4.4.3", NULL), "no answer of a name server");
	OK(!is_unreached(true, 159, "4.4", NULL), "no status");
	OK(!is_unreached(true, 159, "", NULL), "nor this");
	OK(!is_unreached(true, 159, NULL, NULL), "no final notification");
	OK(!is_unreached(true, 159, "4.4.1", "connect to x[::1]:25: Network is unreachable"),
	    "no network of that family");
	return tap_end();
}
