/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger of emt-probe (schema/ledger.sql): its sets, probes and submissions as they are now,
 * and an end of what is still here of those who were forgotten. */
#include "report/derive.h"
#include "report/ingest_parts.h"
#include "report/ledger_site.h"

/* Everything that bears a token of somebody who was forgotten.  A session goes whole: its dialogue
 * has the address. */
static const char forget[] =
    "CREATE TEMP TABLE gone AS SELECT token FROM ledger.forgotten;"
    "CREATE TEMP TABLE gone_session AS SELECT DISTINCT session FROM attempt "
    "WHERE token IN (SELECT token FROM gone);"
    "DELETE FROM dialogue WHERE session IN (SELECT session FROM gone_session);"
    "DELETE FROM attempt WHERE session IN (SELECT session FROM gone_session);"
    "DELETE FROM bare WHERE session IN (SELECT session FROM gone_session);"
    "DELETE FROM undelivered WHERE session IN (SELECT record FROM session WHERE id IN "
    "(SELECT session FROM gone_session));"
    "DELETE FROM session WHERE id IN (SELECT session FROM gone_session);"
    "DELETE FROM mail WHERE token IN (SELECT token FROM gone);"
    "DELETE FROM query WHERE token IN (SELECT token FROM gone);"
    "DELETE FROM resolver WHERE NOT EXISTS (SELECT 1 FROM query q WHERE q.client = "
    "resolver.address);"
    "DELETE FROM dsn WHERE token IN (SELECT token FROM gone);"
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
    {"SELECT COUNT(*) FROM (SELECT token, time, outcome FROM ledger.submission EXCEPT "
     "SELECT token, time, outcome FROM main.submission)",
	"DELETE FROM main.submission;"
	"INSERT INTO main.submission (token, time, outcome, step, code, enhanced, text) "
	"SELECT token, time, outcome, step, code, enhanced, text FROM ledger.submission "
	"ORDER BY token, time",
	false},
};

static const char *const names[] = {"probe", "probe_set", "submission"};

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
	const char *name = names[i];

	return count(in, arena_printf(in->arena, "SELECT COUNT(*) FROM ledger.%s", name)) !=
		   count(in, arena_printf(in->arena, "SELECT COUNT(*) FROM main.%s", name)) ||
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
