/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that bear a probe's token, as items. */
#include "report/evidence_parts.h"
#include "report/member.h"
#include "report/set_clock.h"

_Static_assert(EVIDENCE_CLIENT_ROWS_MAX == 100 && EVIDENCE_ROWS_MAX == 2000,
    "the limits below say it, too; of these one more, to know that there are");

/* Who comes often pushes nobody out: the first row of each client, then the second of each ... */
#define OF_EACH(client, order) \
	"ROW_NUMBER() OVER (PARTITION BY " client " ORDER BY " order ") AS turn"
#define LIMIT(order) " WHERE turn <= 100 ORDER BY turn, " order " LIMIT 2001"

void
evidence_rows_prepare(struct evidence_loader *e)
{
	struct store *s = e->store;

	e->submissions = store_prepare(s,
	    "SELECT time, outcome, code, enhanced, text FROM submission WHERE token = ?1 "
	    "ORDER BY time LIMIT 2001");
	e->queries = store_prepare(s,
	    "SELECT few.time, few.id, few.client, family, name, type, testcase, r.operator "
	    "FROM (SELECT *, " OF_EACH("client",
		"time, id") " FROM query WHERE token = ?1 AND "
			    "time >= ?2) few LEFT JOIN resolver r ON r.address = few.client" LIMIT(
				"few.time, few.id"));
	e->attempts = store_prepare(s,
	    "SELECT few.sender, few.testcase, few.code, few.enhanced, few.reply, few.accepted, "
	    "s.begun, s.ended, few.n, (SELECT u.status || ' ' || u.dsn FROM undelivered u "
	    "WHERE u.session = s.record AND u.queue_id = few.queue_id "
	    "ORDER BY u.recipient, u.status LIMIT 1), " EVIDENCE_SESSION
	    " FROM (SELECT a.*, " OF_EACH("s.client",
		"s.begun, s.record, a.n") " FROM attempt a CROSS JOIN session s ON s.id = "
					  "a.session WHERE a.token = ?1) few "
					  "CROSS JOIN session s ON s.id = few.session LEFT JOIN "
					  "client c "
					  "ON c.id = s.client" LIMIT("s.begun, s.record, few.n"));
	e->mails = store_prepare(s,
	    "SELECT few.name, arrived, sender, helo, testcase, host, queue_id, "
	    "from_domain, c.address, c.name, c.operator, c.as_number FROM (SELECT *, " OF_EACH(
		"client", "arrived, name") " FROM mail WHERE token = ?1 AND "
					   "flavour = 'measurement') few LEFT JOIN client c "
					   "ON c.id = few.client" LIMIT("arrived, few.name"));
	e->session_of_mail = store_prepare(s,
	    "SELECT " EVIDENCE_SESSION
	    " FROM attempt a CROSS JOIN session s ON s.id = a.session LEFT JOIN client c "
	    "ON c.id = s.client WHERE a.queue_id = ?1 AND s.host = ?2 AND (a.token = ?3 OR "
	    "a.token IS NULL) ORDER BY a.token IS NULL, s.record LIMIT 1");
	e->dsns = store_prepare(s,
	    "SELECT id, time, action, status, diagnostic, testcase FROM dsn WHERE token = ?1 "
	    "AND time >= ?2 ORDER BY time, id LIMIT 2001");
}

struct item *
loading_add(struct loading *l, size_t probe, enum item_kind kind)
{
	struct probe *p = &l->set->probes[probe];

	if (p->items_n == l->room[probe]) {
		size_t room = l->room[probe] ? 2 * l->room[probe] : 8;

		p->items = arena_grow(l->a, p->items, p->items_n, room, sizeof *p->items);
		l->room[probe] = room;
	}
	p->items[p->items_n] = (struct item){.kind = kind, .certainty = CERTAIN};
	return &p->items[p->items_n++];
}

static const char *
id_of(struct loading *l, struct statement *row, int at)
{
	char text[2 * MEMBER_ID_LEN + 1];

	member_id_text(statement_get(row, at), text);
	return arena_dup(l->a, span_str(text));
}

/* address, name, operator, AS */
static void
take_client(struct loading *l, struct sender *from, struct statement *row, int at)
{
	from->address = statement_dup(row, at, l->a);
	from->ipv6 = from->address && strchr(from->address, ':');
	from->name = statement_is_null(row, at + 1) ? "" : statement_dup(row, at + 1, l->a);
	from->operator= statement_is_null(row, at + 2) ? "" : statement_dup(row, at + 2, l->a);
	from->as_number = (uint32_t)statement_get_int(row, at + 3);
}

void
item_take_session(struct loading *l, struct item *item, struct statement *row, int at)
{
	item->session_known = true;
	item->session = id_of(l, row, at);
	if (!item->from.address)
		take_client(l, &item->from, row, at + 10);
	if (!item->from.helo)
		item->from.helo = statement_dup(row, at + 1, l->a);
	item->tls = statement_dup(row, at + 2, l->a);
	item->cipher = statement_dup(row, at + 3, l->a);
	item->tls_error = statement_dup(row, at + 4, l->a);
	item->ehlo = statement_get_int(row, at + 5);
	item->starttls = statement_get_int(row, at + 6);
	item->refused_clear = statement_get_int(row, at + 7);
	item->complete = statement_get_int(row, at + 8);
	item->end = statement_dup(row, at + 9, l->a);
}

/* A case that the record names, and that is not the probe's. */
static const struct testcase *
other_case(struct loading *l, size_t probe, struct statement *row, int at)
{
	struct span name = statement_get(row, at);
	const struct testcase *t = name.p ? testcase_find(l->e->cases, name) : NULL;

	return t == l->set->probes[probe].testcase ? NULL : t;
}

/* The next row; behind the limit there is none, and the probe says so. */
static bool
next_row(struct loading *l, size_t probe, struct statement *row, size_t *taken)
{
	if (!statement_row(row))
		return false;
	if (++*taken <= EVIDENCE_ROWS_MAX)
		return true;
	l->set->probes[probe].left_out = true;
	statement_reset(row);
	return false;
}

static struct statement *
rows_of(struct loading *l, size_t probe, struct statement *st)
{
	statement_str(st, 1, l->set->probes[probe].token);
	return st;
}

static void
take_submissions(struct loading *l, size_t probe)
{
	struct statement *row = rows_of(l, probe, l->e->submissions);
	size_t taken = 0;

	while (next_row(l, probe, row, &taken)) {
		struct item *item = loading_add(l, probe, ITEM_SUBMISSION);

		item->time_us = statement_get_int(row, 0);
		item->id = arena_printf(
		    l->a, "%s/%lld", l->set->probes[probe].token, (long long)item->time_us);
		item->accepted = span_eq(statement_get(row, 1), SPAN_LIT("accepted"));
		item->code = (int)statement_get_int(row, 2);
		item->status = statement_dup(row, 3, l->a);
		item->text = statement_dup(row, 4, l->a);
	}
}

static void
take_queries(struct loading *l, size_t probe)
{
	struct statement *row = rows_of(l, probe, l->e->queries);
	size_t taken = 0;

	statement_int(row, 2, l->set->first_us - SET_NEAR_US);
	while (next_row(l, probe, row, &taken)) {
		struct item *item = loading_add(l, probe, ITEM_QUERY);

		item->time_us = statement_get_int(row, 0);
		item->id = id_of(l, row, 1);
		item->resolver = statement_dup(row, 2, l->a);
		item->over_ipv6 = span_eq(statement_get(row, 3), SPAN_LIT("ipv6"));
		item->name = item->text = statement_dup(row, 4, l->a);
		item->type = statement_dup(row, 5, l->a);
		item->testcase = other_case(l, probe, row, 6);
		item->resolver_operator = statement_dup(row, 7, l->a);
	}
}

static void
take_attempts(struct loading *l, size_t probe)
{
	struct statement *row = rows_of(l, probe, l->e->attempts);
	size_t taken = 0;

	while (next_row(l, probe, row, &taken)) {
		struct item *item = loading_add(l, probe, ITEM_ATTEMPT);

		item->mail_from = statement_dup(row, 0, l->a);
		item->testcase = other_case(l, probe, row, 1);
		item->code = (int)statement_get_int(row, 2);
		item->status = statement_dup(row, 3, l->a);
		item->text = statement_dup(row, 4, l->a);
		item->accepted = statement_get_int(row, 5);
		item->time_us = statement_get_int(row, statement_is_null(row, 6) ? 7 : 6);
		item->undelivered = statement_dup(row, 9, l->a);
		item_take_session(l, item, row, 10);
		item->id = arena_printf(
		    l->a, "%s.%lld", item->session, (long long)statement_get_int(row, 8));
	}
}

static void
take_mails(struct loading *l, size_t probe)
{
	struct statement *row = rows_of(l, probe, l->e->mails), *of = l->e->session_of_mail;
	size_t taken = 0;

	while (next_row(l, probe, row, &taken)) {
		struct item *item = loading_add(l, probe, ITEM_MAIL);

		item->id = statement_dup(row, 0, l->a);
		item->time_us = statement_get_int(row, 1);
		item->mail_from = statement_dup(row, 2, l->a);
		item->from.helo = statement_dup(row, 3, l->a);
		item->testcase = other_case(l, probe, row, 4);
		item->text = statement_dup(row, 7, l->a); /* domain of From */
		take_client(l, &item->from, row, 8);
		statement_text(of, 1, statement_get(row, 6));
		statement_text(of, 2, statement_get(row, 5));
		statement_str(of, 3, l->set->probes[probe].token);
		if (statement_row(of)) {
			item_take_session(l, item, of, 0);
			statement_reset(of);
		}
	}
}

static void
take_dsns(struct loading *l, size_t probe)
{
	struct statement *row = rows_of(l, probe, l->e->dsns);
	size_t taken = 0;

	statement_int(row, 2, l->set->first_us - SET_CLOCKS_US);
	while (next_row(l, probe, row, &taken)) {
		struct item *item = loading_add(l, probe, ITEM_DSN);

		item->id = statement_dup(row, 0, l->a);
		item->time_us = statement_get_int(row, 1);
		item->is_final = span_eq(statement_get(row, 2), SPAN_LIT("failed"));
		item->status = statement_dup(row, 3, l->a);
		item->text = statement_dup(row, 4, l->a);
		item->testcase = other_case(l, probe, row, 5);
	}
}

void
evidence_rows(struct loading *l, size_t probe)
{
	take_submissions(l, probe);
	take_attempts(l, probe);
	take_mails(l, probe);
}

void
evidence_rows_of_anybody(struct loading *l, size_t probe)
{
	take_queries(l, probe);
	take_dsns(l, probe);
}
