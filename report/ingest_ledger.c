/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger of emt-probe (schema/ledger.sql): its sets, probes and submissions as they are now,
 * and an end of what is still here of those who were forgotten. */
#include "report/derive.h"
#include "report/ingest_parts.h"
#include "report/ledger_site.h"

/* Sessions without recipient that could have been about a probe of theirs: of operators that came
 * with one, from a day before the first time to two weeks after the last one, longer than any queue
 * lives.  Nothing but their dialogues may name a person (MAIL FROM, AUTH), so these go.  Where an
 * operator has not come for anybody else, its own name may be the person's: then sessions and
 * client go whole. */
#define BEFORE_US "86400000000"
#define BEHIND_US "1209600000000"

/* Everything that bears a token of somebody who was forgotten.  A session goes whole: its dialogue
 * has the address. */
static const char forget[] =
    "CREATE TEMP TABLE gone AS SELECT token FROM ledger.forgotten;"
    "CREATE TEMP TABLE gone_visit AS "
    "SELECT c.operator, m.arrived AS time FROM gone CROSS JOIN mail m ON m.token = gone.token "
    "CROSS JOIN client c ON c.id = m.client UNION ALL "
    "SELECT c.operator, s.begun FROM gone CROSS JOIN attempt a ON a.token = gone.token "
    "CROSS JOIN session s ON s.id = a.session CROSS JOIN client c ON c.id = s.client "
    "WHERE s.begun IS NOT NULL;"
    "CREATE TEMP TABLE gone_operator AS SELECT operator, MIN(time) AS first, MAX(time) AS last, "
    "0 AS alone FROM gone_visit GROUP BY operator;"
    "CREATE TEMP TABLE gone_bare AS SELECT s.id AS session FROM gone_operator g "
    "CROSS JOIN client c ON c.operator = g.operator CROSS JOIN session s ON s.client = c.id AND "
    "s.begun >= g.first - " BEFORE_US " AND s.begun <= g.last + " BEHIND_US
    " WHERE s.recipients = 0 AND s.testcase IS NOT NULL;"
    "DELETE FROM dialogue WHERE session IN (SELECT session FROM gone_bare);"
    "CREATE TEMP TABLE gone_session AS SELECT DISTINCT session FROM attempt "
    "WHERE token IN (SELECT token FROM gone);"
    "DELETE FROM dialogue WHERE session IN (SELECT session FROM gone_session);"
    "DELETE FROM attempt WHERE session IN (SELECT session FROM gone_session);"
    "DELETE FROM bare WHERE session IN (SELECT session FROM gone_session);"
    "DELETE FROM undelivered WHERE session IN (SELECT record FROM session WHERE id IN "
    "(SELECT session FROM gone_session));"
    "DELETE FROM session WHERE id IN (SELECT session FROM gone_session);"
    "DELETE FROM mail WHERE token IN (SELECT token FROM gone);"
    "UPDATE gone_operator SET alone = 1 WHERE NOT EXISTS (SELECT 1 FROM client c "
    "CROSS JOIN mail m ON m.client = c.id WHERE c.operator = gone_operator.operator) AND "
    "NOT EXISTS (SELECT 1 FROM client c CROSS JOIN session s ON s.client = c.id "
    "WHERE c.operator = gone_operator.operator AND s.recipients > 0);"
    "DELETE FROM gone_bare;"
    "INSERT INTO gone_bare SELECT s.id FROM gone_operator g CROSS JOIN client c "
    "ON c.operator = g.operator CROSS JOIN session s ON s.client = c.id WHERE g.alone;"
    "DELETE FROM dialogue WHERE session IN (SELECT session FROM gone_bare);"
    "DELETE FROM bare WHERE session IN (SELECT session FROM gone_bare);"
    "DELETE FROM session WHERE id IN (SELECT session FROM gone_bare);"
    "DELETE FROM client WHERE operator IN (SELECT operator FROM gone_operator WHERE alone) AND "
    "NOT EXISTS (SELECT 1 FROM session s WHERE s.client = client.id) AND "
    "NOT EXISTS (SELECT 1 FROM mail m WHERE m.client = client.id);"
    "DELETE FROM query WHERE token IN (SELECT token FROM gone);"
    "DELETE FROM resolver WHERE NOT EXISTS (SELECT 1 FROM query q WHERE q.client = "
    "resolver.address);"
    "DELETE FROM dsn WHERE token IN (SELECT token FROM gone);"
    "DROP TABLE gone_visit; DROP TABLE gone_operator; DROP TABLE gone_bare;"
    "DROP TABLE gone; DROP TABLE gone_session;";

/* What the ledger says now in the place of what it said before, table by table, and how to tell
 * that it says something else. */
static const struct {
	const char *differs, *copy;
	bool renews; /* what is derived rests on it */
} tables[] = {
    {"SELECT COUNT(*) FROM (SELECT token, probe_set, number, position, testcase FROM ledger.probe "
     "EXCEPT SELECT token, probe_set, number, position, testcase FROM main.probe)",
	"DELETE FROM main.probe;"
	"INSERT INTO main.probe (token, probe_set, number, position, testcase) "
	"SELECT token, probe_set, number, position, testcase FROM ledger.probe ORDER BY token",
	true},
    {"SELECT COUNT(*) FROM (SELECT s.id, p.name, p.address, p.provider, s.created, s.mode "
     "FROM ledger.probe_set s JOIN ledger.participant p ON p.id = s.participant "
     "EXCEPT SELECT id, participant, address, provider, created, mode FROM main.probe_set)",
	"DELETE FROM main.probe_set;"
	"INSERT INTO main.probe_set (id, participant, address, provider, created, seed, mode) "
	"SELECT s.id, p.name, p.address, p.provider, s.created, s.seed, s.mode "
	"FROM ledger.probe_set s JOIN ledger.participant p ON p.id = s.participant ORDER BY s.id",
	true},
    /* What was handed over but for its last octets may have been taken. */
    {"SELECT COUNT(*) FROM (SELECT token, time, outcome FROM ledger.submission UNION ALL "
     "SELECT token, time, 'uncertain' FROM ledger.intent EXCEPT "
     "SELECT token, time, outcome FROM main.submission)",
	"DELETE FROM main.submission;"
	"INSERT OR IGNORE INTO main.submission (token, time, outcome, step, code, enhanced, text) "
	"SELECT token, time, outcome, step, code, enhanced, text FROM ledger.submission "
	"ORDER BY token, time;"
	"INSERT OR IGNORE INTO main.submission (token, time, outcome) "
	"SELECT token, time, 'uncertain' FROM ledger.intent ORDER BY token",
	false},
};

static const struct {
	const char *index, *ledger;
} rows[] = {{"main.probe", "ledger.probe"}, {"main.probe_set", "ledger.probe_set"},
    {"main.submission", "(SELECT 1 FROM ledger.submission UNION ALL SELECT 1 FROM "
			"ledger.intent i WHERE NOT EXISTS (SELECT 1 FROM ledger.submission s "
			"WHERE s.token = i.token AND s.time = i.time))"}};

static int64_t
count(struct ingest *in, const char *sql)
{
	struct statement *st = store_prepare(in->store, sql);
	int64_t n = statement_row(st) ? statement_get_int(st, 0) : 0;

	statement_reset(st);
	return n;
}

static bool
differs(struct ingest *in, size_t i)
{
	return count(in, arena_printf(in->arena, "SELECT COUNT(*) FROM %s", rows[i].ledger)) !=
		   count(in, arena_printf(in->arena, "SELECT COUNT(*) FROM %s", rows[i].index)) ||
	       count(in, tables[i].differs);
}

const char *
ingest_ledger(struct ingest *in, const char *path)
{
	const char *error =
	    store_attach(in->arena, in->store, path, "ledger", STORE_LEDGER, STORE_LEDGER_VERSION);

	if (!error)
		error = ledger_site_check(in->arena, in->store, path, &in->owner, true);
	if (error)
		return error;
	store_begin(in->store);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		if (!differs(in, i))
			continue;
		store_exec(in->store, tables[i].copy);
		if (tables[i].renews)
			derive_renew(in->store);
	}
	store_exec(in->store, forget);
	store_commit(in->store);
	store_detach(in->store, "ledger");
	return NULL;
}
