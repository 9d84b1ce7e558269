/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/measure.h"

#include "base/share.h"
#include "report/ascription.h"
#include "report/greylisting.h"
#include "report/indices.h"

const char *
measure_open(struct arena *a, const char *db, const char *share,
    const struct verdict_settings *settings, int64_t now_us, struct measure *m)
{
	const char *error;

	*m = (struct measure){.settings = *settings, .now_us = now_us};
	error = share_find(a, share, "schema/index.sql", &m->share);
	if (!error)
		error = testcases_read(a, arena_printf(a, "%s/testcases", m->share), &m->cases);
	if (!error)
		error = store_open(a, db, m->share, STORE_READ, &m->store);
	if (!error)
		error = indices_check(a, m->store, db);
	if (!error) {
		store_hold(m->store);
		m->loader = evidence_loader_open(m->store, &m->cases,
		    &(struct evidence_params){.deadline_us = m->settings.deadline_us,
			.health_every_us = m->settings.health_every_us});
	}
	return error;
}

void
measure_close(struct measure *m)
{
	evidence_loader_close(m->loader);
	store_close(m->store);
}

uint64_t
measure_count(struct measure *m)
{
	struct statement *st = store_cached(m->store, "SELECT COUNT(*) FROM probe_set");
	uint64_t n = statement_row(st) ? (uint64_t)statement_get_int(st, 0) : 0;

	statement_reset(st);
	return n;
}

bool
measure_next(struct measure *m, struct arena *a, struct probe_set *set, struct verdicts *verdicts)
{
	if (!evidence_loader_next(m->loader, a, set))
		return false;
	ascription_list(a, set);
	greylisting_list(a, set);
	*verdicts = verdicts_of(a, set, &m->cases, &m->settings, m->now_us);
	return true;
}
