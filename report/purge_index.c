/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/purge_index.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/share.h"
#include "report/derive.h"
#include "report/resolver_table.h"
#include "report/store.h"

struct purge_tokens {
	struct store *store;
	struct statement *find, *gave;
};

const char *
purge_tokens_open(struct arena *a, const struct purge_params *params, struct purge_tokens **out)
{
	struct store *s = store_open_scratch();
	const char *error =
	    store_attach(a, s, params->ledger, "ledger", STORE_LEDGER, STORE_LEDGER_VERSION);

	if (!error)
		error = ledger_site_check(a, s, params->ledger, &params->owner, false);
	if (error) {
		store_close(s);
		return error;
	}
	*out = must(calloc(1, sizeof **out));
	(*out)->store = s;
	(*out)->find = store_prepare(s, "SELECT 1 FROM ledger.probe WHERE token = ?1");
	(*out)->gave = store_prepare(s, "SELECT 1 FROM ledger.probe WHERE token = ?1 UNION ALL "
					"SELECT 1 FROM ledger.forgotten WHERE token = ?1");
	return NULL;
}

void
purge_tokens_close(struct purge_tokens *t)
{
	if (!t)
		return;
	store_close(t->store);
	free(t);
}

static bool
is_found(struct statement *st, struct span token)
{
	bool found;

	statement_text(st, 1, token);
	found = statement_row(st);
	statement_reset(st);
	return found;
}

bool
purge_tokens_have(struct purge_tokens *t, struct span token)
{
	return is_found(t->find, token);
}

bool
purge_tokens_gave(struct purge_tokens *t, struct span token)
{
	return is_found(t->gave, token);
}

/* A session is as old as its end; one without times cannot be judged and goes with the others'
 * files.  ?1: everything before goes; ?2: the catch-all's and unknown tokens'. */
static const struct {
	const char *what, *condition, *table;
} rows[] = {
    {"mails",
	"arrived < ?1 OR (arrived < ?2 AND (flavour <> 'measurement' OR (token IS NOT NULL AND "
	"EXISTS (SELECT 1 FROM mail m JOIN probe USING (token)) AND NOT EXISTS (SELECT 1 FROM "
	"probe p WHERE p.token "
	"= mail.token))))",
	"mail"},
    {"dialogues", "session IN (SELECT id FROM session WHERE COALESCE(ended, begun, 0) < ?1 AND ?2)",
	"dialogue"},
    {"recipients",
	"session IN (SELECT id FROM session WHERE COALESCE(ended, begun, 0) < ?1 AND ?2)",
	"attempt"},
    {"sessions", "COALESCE(ended, begun, 0) < ?1 AND ?2", "session"},
    {"queries", "time < ?1 AND ?2", "query"},
    {"returned mails' recipients", "time < ?1 AND ?2", "dsn"},
};

static int64_t
count(struct statement *st, int64_t old, int64_t unknown)
{
	int64_t n;

	statement_int(st, 1, old);
	statement_int(st, 2, unknown);
	n = statement_row(st) ? statement_get_int(st, 0) : 0;
	statement_reset(st);
	return n;
}

static void
purge_rows(struct arena *a, struct store *s, const struct purge_params *params)
{
	int64_t day_us = INT64_C(86400) * 1000000, now = params->now_utc * 1000000;
	int64_t old = now - params->retention_days * day_us;
	int64_t unknown = now - PURGE_UNKNOWN_DAYS * day_us;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t n =
		    count(store_prepare(s, arena_printf(a, "SELECT COUNT(*) FROM %s WHERE %s",
					       rows[i].table, rows[i].condition)),
			old, unknown);
		struct statement *st;

		if (!n)
			continue;
		printf("%s: %s %lld %s\n", params->db, params->dry_run ? "would delete" : "deleted",
		    (long long)n, rows[i].what);
		if (params->dry_run)
			continue;
		st = store_prepare(s,
		    arena_printf(a, "DELETE FROM %s WHERE %s", rows[i].table, rows[i].condition));
		statement_int(st, 1, old);
		statement_int(st, 2, unknown);
		statement_run(st);
	}
}

const char *
purge_index(struct arena *a, const struct purge_params *params)
{
	struct store *s;
	const char *share, *error = share_find(a, params->share, "schema/index.sql", &share);

	if (!error && !params->dry_run)
		error = store_open(a, params->db, share, STORE_WRITE, &s);
	else if (!error)
		error = store_open(a, params->db, share, STORE_READ, &s);
	if (error)
		return error;
	if (params->dry_run) {
		purge_rows(a, s, params);
	} else {
		store_begin(s);
		purge_rows(a, s, params);
		resolver_table_tidy(s);
		derive_renew(s);
		store_commit(s);
		derive_update(s);
	}
	store_close(s);
	return NULL;
}
