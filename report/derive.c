/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/derive.h"

#define RENEW "renew"
#define LAST_MAIL "derived-mail"
#define LAST_SESSION "derived-session"

int64_t
memory_get(struct store *s, const char *key)
{
	struct statement *st = store_cached(s, "SELECT value FROM memory WHERE key = ?1");
	int64_t value;

	statement_str(st, 1, key);
	value = statement_row(st) ? statement_get_int(st, 0) : 0;
	statement_reset(st);
	return value;
}

void
memory_set(struct store *s, const char *key, int64_t value)
{
	struct statement *st =
	    store_cached(s, "INSERT OR REPLACE INTO memory (key, value) VALUES (?1, ?2)");

	statement_str(st, 1, key);
	statement_int(st, 2, value);
	statement_run(st);
}

void
derive_renew(struct store *s)
{
	memory_set(s, RENEW, 1);
}

static int64_t
last_of(struct store *s, const char *sql)
{
	struct statement *st = store_prepare(s, sql);
	int64_t value = statement_row(st) ? statement_get_int(st, 0) : 0;

	statement_reset(st);
	return value;
}

/* Runs `sql` for the rows of numbers over ?1. */
static void
from_row(struct store *s, const char *sql, int64_t row)
{
	struct statement *st = store_prepare(s, sql);

	statement_int(st, 1, row);
	statement_run(st);
}

void
derive_update(struct store *s)
{
	bool renew = memory_get(s, RENEW) != 0;
	int64_t mail = renew ? 0 : memory_get(s, LAST_MAIL);
	int64_t session = renew ? 0 : memory_get(s, LAST_SESSION);
	int64_t last_mail = last_of(s, "SELECT MAX(id) FROM mail");
	int64_t last_session = last_of(s, "SELECT MAX(id) FROM session");

	if (!renew && mail == last_mail && session == last_session)
		return;
	store_begin(s);
	if (renew)
		store_exec(s, "DELETE FROM set_sender; DELETE FROM bare");
	from_row(s,
	    "INSERT INTO set_sender (operator, first, probe_set) "
	    "SELECT c.operator, m.arrived, p.probe_set FROM mail m CROSS JOIN client c "
	    "ON c.id = m.client CROSS JOIN probe p ON p.token = m.token "
	    "WHERE m.id > ?1 AND m.token IS NOT NULL AND m.flavour = 'measurement' "
	    "ON CONFLICT (probe_set, operator) DO UPDATE SET first = MIN(first, excluded.first)",
	    mail);
	from_row(s,
	    "INSERT OR IGNORE INTO bare (testcase, operator, begun, session) "
	    "SELECT s.testcase, c.operator, s.begun, s.id FROM session s CROSS JOIN client c "
	    "ON c.id = s.client WHERE s.id > ?1 AND s.recipients = 0 AND s.testcase IS NOT NULL "
	    "AND s.begun IS NOT NULL",
	    session);
	memory_set(s, LAST_MAIL, last_mail);
	memory_set(s, LAST_SESSION, last_session);
	memory_set(s, RENEW, 0);
	store_commit(s);
}
