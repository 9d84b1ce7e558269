/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions that named no recipient, at addresses that are a case's own. */
#include "report/ascription.h"
#include "report/evidence_parts.h"
#include "report/ladder.h"
#include "report/set_clock.h"

_Static_assert(
    EVIDENCE_SESSIONS_MAX == 50 && EVIDENCE_BACKGROUND_MAX == 10 && EVIDENCE_OTHERS_MAX == 100,
    "the limits below say it, too");

_Static_assert(LADDER_CLOCKS_US == 60000000 && SET_SECOND_US == 1000000,
    "the query for other sets says it, too");

enum { OPERATORS_MAX = 16 /* that delivered probes of one set; of more nothing is probable */ };

void
evidence_bare_prepare(struct evidence_loader *e)
{
	struct store *s = e->store;

	e->bare = store_prepare(s,
	    "SELECT s.begun, " EVIDENCE_SESSION
	    " FROM (SELECT s.id, ROW_NUMBER() OVER (PARTITION BY s.client ORDER BY s.begun, "
	    "s.record) AS turn FROM bare b CROSS JOIN session s ON s.id = b.session "
	    "WHERE b.testcase = ?1 AND b.operator = ?2 AND b.begun >= ?3 AND b.begun <= ?4) few "
	    "CROSS JOIN session s ON s.id = few.id LEFT JOIN client c ON c.id = s.client WHERE "
	    "turn <= 10 "
	    "ORDER BY turn, s.begun, s.record LIMIT 50");
	e->bare_any = store_prepare(s,
	    "SELECT b.begun, " EVIDENCE_SESSION
	    " FROM bare b CROSS JOIN session s ON s.id = b.session LEFT JOIN client c "
	    "ON c.id = s.client WHERE b.testcase = ?1 AND b.begun >= ?2 AND b.begun <= ?3 AND "
	    "NOT EXISTS (SELECT 1 FROM set_sender x WHERE x.probe_set = ?4 AND x.operator = "
	    "b.operator) ORDER BY b.begun, b.operator, s.record LIMIT 10");
	e->others = store_prepare(s,
	    "SELECT COUNT(*) FROM (SELECT 1 FROM set_sender WHERE operator = ?1 AND first > ?2 AND "
	    "first < ?3 AND probe_set <> ?4 LIMIT 101)");
	/* Sent before the session, by the ledger; if that does not tell, made before it. */
	e->fits = store_prepare(s,
	    "SELECT COUNT(DISTINCT o.probe_set) FROM "
	    "(SELECT probe_set FROM set_sender WHERE operator = ?1 AND first > ?2 "
	    "AND first < ?3 AND probe_set <> ?4 LIMIT 100) o "
	    "CROSS JOIN probe_set s ON s.id = o.probe_set "
	    "CROSS JOIN probe p ON p.probe_set = o.probe_set "
	    "WHERE p.testcase = ?5 AND s.created <= ?6 + 1000000 "
	    "AND NOT EXISTS (SELECT 1 FROM mail m WHERE m.token = p.token AND m.arrived <= ?6) "
	    "AND NOT EXISTS (SELECT 1 FROM dsn d WHERE d.token = p.token AND d.action = 'failed' "
	    "AND d.time < ?6 - 60000000 AND EXISTS (SELECT 1 FROM submission y WHERE y.token = "
	    "p.token AND y.outcome <> 'refused' AND y.time <= d.time + 60000000) AND NOT EXISTS "
	    "(SELECT 1 FROM submission x WHERE x.token = "
	    "p.token AND x.outcome = 'accepted' AND x.time > d.time AND x.time <= ?6 AND x.time > "
	    "(SELECT MIN(f.time) FROM submission f WHERE f.token = p.token AND f.outcome <> "
	    "'refused'))) "
	    "AND (NOT EXISTS (SELECT 1 FROM submission x WHERE x.token = p.token) OR EXISTS "
	    "(SELECT 1 FROM submission x WHERE x.token = p.token AND x.time <= ?6 + 1000000))");
}

static void
bind_others(struct loading *l, struct statement *st, const char *operator, int64_t time_us)
{
	statement_str(st, 1, operator);
	statement_int(st, 2, time_us - l->e->params.deadline_us);
	statement_int(st, 3, time_us + l->e->params.deadline_us);
	statement_str(st, 4, l->set->id);
}

enum { MANY = -1 /* more than are looked at */ };

/* Probes of how many other sets could be what that session was about? */
static int64_t
others_fitting(struct loading *l, const char *operator, const char * testcase, int64_t time_us)
{
	struct statement *st = l->e->others;
	int64_t others, fitting;

	bind_others(l, st, operator, time_us);
	others = statement_row(st) ? statement_get_int(st, 0) : 0;
	statement_reset(st);
	if (!others || others > EVIDENCE_OTHERS_MAX)
		return others ? MANY : 0;
	st = l->e->fits;
	bind_others(l, st, operator, time_us);
	statement_str(st, 5, testcase);
	statement_int(st, 6, time_us);
	fitting = statement_row(st) ? statement_get_int(st, 0) : 0;
	statement_reset(st);
	return fitting;
}

/* Adds those who delivered a probe of the set other than this one, each by itself, as the index
 * knows it; OPERATORS_MAX + 1 of too many. */
static size_t
operators_of(struct loading *l, size_t probe, bool foreign, const char *v[OPERATORS_MAX], size_t n)
{
	for (size_t p = 0; p < l->set->probes_n; p++)
		for (size_t i = 0; p != probe && i < l->set->probes[p].items_n; i++) {
			const struct item *item = &l->set->probes[p].items[i];
			size_t k = 0;

			if (item->kind != ITEM_MAIL || !item->from.operator[0] ||
							item->foreign != foreign)
				continue;
			while (k < n && strcmp(v[k], sender_alone(&item->from)))
				k++;
			if (k == OPERATORS_MAX)
				return foreign ? n : OPERATORS_MAX + 1;
			v[k] = sender_alone(&item->from);
			n += k == n;
		}
	return n;
}

static struct item *
add_session(struct loading *l, size_t probe, struct statement *row, enum certainty certainty)
{
	struct item *item = loading_add(l, probe, ITEM_SESSION);

	item->time_us = statement_get_int(row, 0);
	item->certainty = certainty;
	item_take_session(l, item, row, 1);
	item->id = item->session;
	return item;
}

static void
take_of_operator(struct loading *l, size_t probe, const char *operator)
{
	const char *testcase = l->set->probes[probe].testcase->name;
	struct statement *row = l->e->bare;

	statement_str(row, 1, testcase);
	statement_str(row, 2, operator);
	statement_int(row, 3, l->set->first_us - SET_SECOND_US);
	statement_int(row, 4, l->until_us);
	while (statement_row(row)) {
		struct item *item = add_session(l, probe, row, PROBABLE);
		bool own = l->set->operator&& !strcmp(operator, l->set->operator);
		int64_t others = others_fitting(l, operator, testcase, item->time_us);

		if (others > 0 && own)
			item->fits_others = (size_t)others;
		/* An address that is ascribed may have come for any set of the one or the other. */
		if (others || (l->set->operator&& !own &&
				  others_fitting(l, l->set->operator, testcase, item->time_us)))
			item->certainty = BACKGROUND;
	}
}

static void
take_of_strangers(struct loading *l, size_t probe)
{
	struct statement *row = l->e->bare_any;

	statement_str(row, 1, l->set->probes[probe].testcase->name);
	statement_int(row, 2, l->set->first_us - SET_SECOND_US);
	statement_int(row, 3, l->until_us);
	statement_str(row, 4, l->set->id);
	while (statement_row(row))
		add_session(l, probe, row, BACKGROUND);
}

void
evidence_bare(struct loading *l, size_t probe)
{
	const char *operators[OPERATORS_MAX];
	size_t n;

	if (!l->set->probes[probe].testcase->own_addresses)
		return;
	/* Strangers are shown where there is room, and take nobody's place. */
	n = operators_of(l, probe, false, operators, 0);
	if (n <= OPERATORS_MAX)
		n = operators_of(l, probe, true, operators, n);
	for (size_t i = 0; n <= OPERATORS_MAX && i < n; i++)
		take_of_operator(l, probe, operators[i]);
	take_of_strangers(l, probe);
}
