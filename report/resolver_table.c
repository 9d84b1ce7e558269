/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/resolver_table.h"

enum { ADDRESS_MAX = 128 /* octets that ingest keeps of what a record calls one */ };

static void
set(struct store *s, const char *address, uint32_t as)
{
	struct statement *st =
	    as ? store_cached(s, "INSERT INTO resolver (address, operator) VALUES (?1, 'AS' || ?2) "
				 "ON CONFLICT (address) DO UPDATE SET operator = excluded.operator "
				 "WHERE operator <> excluded.operator")
	       : store_cached(s, "DELETE FROM resolver WHERE address = ?1");

	statement_str(st, 1, address);
	if (as)
		statement_int(st, 2, as);
	statement_run(st);
}

void
resolver_table_apply_as(struct store *s, const struct client_as *as)
{
	/* From one address to the next within the index, not through all queries of each. */
	struct statement *next = store_cached(s, "SELECT MIN(client) FROM query WHERE client > ?1");
	char address[ADDRESS_MAX + 1] = "";

	for (;;) {
		struct span found;
		struct ip ip;

		statement_str(next, 1, address);
		found = statement_row(next) ? statement_get(next, 0) : (struct span){NULL, 0};
		for (size_t i = 0; i < found.n && i < ADDRESS_MAX; i++)
			address[i] = found.p[i] ? found.p[i] : '?';
		address[found.n < ADDRESS_MAX ? found.n : ADDRESS_MAX] = '\0';
		statement_reset(next);
		if (!found.p)
			return;
		if (ip_read(span_str(address), &ip))
			set(s, address, as->find(as->state, &ip));
	}
}

void
resolver_table_tidy(struct store *s)
{
	store_exec(s,
	    "DELETE FROM resolver WHERE NOT EXISTS (SELECT 1 FROM query q WHERE q.client = "
	    "resolver.address)");
}
