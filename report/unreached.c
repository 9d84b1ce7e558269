/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/unreached.h"

#include <string.h>

static bool
says_unreached(const struct item *dsn)
{
	const char *detail = dsn->status ? strchr(dsn->status, '.') : NULL;

	if (!detail || (strcmp(detail, ".4.1") != 0 && strcmp(detail, ".4.2") != 0))
		return false;
	/* As strerror(ENETUNREACH) has it. */
	return !dsn->text || !strcasestr(dsn->text, "network is unreachable");
}

/* Before that time: the last submission, or else the first query; INT64_MIN: neither is known. */
static int64_t
begin_of(const struct probe *p, int64_t time_us)
{
	int64_t sent_us = INT64_MIN, asked_us = INT64_MIN;

	for (size_t i = 0; i < p->items_n && p->items[i].time_us <= time_us; i++) {
		if (p->items[i].kind == ITEM_SUBMISSION && p->items[i].accepted)
			sent_us = p->items[i].time_us;
		else if (p->items[i].kind == ITEM_QUERY && asked_us == INT64_MIN)
			asked_us = p->items[i].time_us;
	}
	return sent_us != INT64_MIN ? sent_us : asked_us;
}

bool
unreached_at_once(const struct ladder *l, int64_t least_us)
{
	int64_t begin_us;

	if (!l->final_dsn || !says_unreached(l->final_dsn))
		return false;
	begin_us = begin_of(l->probe, l->final_dsn->time_us);
	return begin_us != INT64_MIN && l->final_dsn->time_us - begin_us < least_us;
}
