/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/operator_facts.h"

#include <stdlib.h>

/* Adds one to the count of a text. */
static void
count_text(struct arena *a, struct text_counts *c, struct span text, int64_t n)
{
	if (!text.n)
		return;
	for (size_t i = 0; i < c->n; i++)
		if (span_eq(span_str(c->v[i].text), text)) {
			c->v[i].n += n;
			return;
		}
	if (c->n == FACTS_TEXTS_MAX) {
		c->others += n;
		return;
	}
	if (!c->v)
		c->v = arena_alloc(a, FACTS_TEXTS_MAX * sizeof *c->v);
	c->v[c->n++] = (struct text_count){arena_dup(a, text), n};
}

static int
compare_counts(const void *a, const void *b)
{
	const struct text_count *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->text, y->text);
}

static void
sort_counts(struct text_counts *c)
{
	if (c->n)
		qsort(c->v, c->n, sizeof *c->v, compare_counts);
}

const char *
operator_facts_next(struct arena *a, struct store *s, const char *last)
{
	struct statement *st = store_cached(
	    s, "SELECT operator FROM set_sender WHERE operator > ?1 ORDER BY operator LIMIT 1");
	const char *next;

	statement_str(st, 1, last);
	next = statement_row(st) ? statement_dup(st, 0, a) : NULL;
	statement_reset(st);
	return next;
}

static struct statement *
of_operator(struct store *s, const char *sql, const char *operator)
{
	struct statement *st = store_cached(s, sql);

	statement_str(st, 1, operator);
	return st;
}

/* What is published, once for each group of mails that it is the same for. */
static void
add_published(struct arena *a, struct store *s, struct operator_facts *f)
{
	struct statement *row = of_operator(s,
	    "SELECT m.facts, COUNT(*), x.text FROM client c CROSS JOIN mail m ON m.client = c.id "
	    "LEFT JOIN facts x ON x.id = m.facts WHERE c.operator = ?1 AND m.token IS NOT NULL "
	    "GROUP BY m.facts",
	    f->operator);

	while (statement_row(row)) {
		int64_t n = statement_get_int(row, 1);
		struct mail_facts facts;

		mail_facts_read(a, statement_get(row, 2), &facts);
		for (size_t i = 0; i < MAIL_FACTS_N; i++)
			f->fact[i][facts.fact[i]] += n;
		count_text(a, &f->dmarc_policies, span_str(facts.dmarc_policy), n);
		for (size_t i = 0; i < facts.listed_n; i++)
			count_text(a, &f->listed, span_str(facts.listed[i]), n);
	}
}

static void
add_mails(struct arena *a, struct store *s, struct operator_facts *f)
{
	struct statement *row = of_operator(s,
	    "SELECT c.address, c.name, m.helo, m.from_domain, COUNT(*) FROM client c "
	    "CROSS JOIN mail m ON m.client = c.id WHERE c.operator = ?1 AND m.token IS NOT NULL "
	    "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
	    f->operator);

	while (statement_row(row)) {
		struct span address = statement_get(row, 0);
		int64_t n = statement_get_int(row, 4);

		f->mails += n;
		f->mails_ipv6 += span_find(address, ':') < address.n ? n : 0;
		f->mails_confirmed += statement_get(row, 1).n ? n : 0;
		count_text(a, &f->addresses, address, n);
		count_text(a, &f->names, statement_get(row, 1), n);
		count_text(a, &f->helos, statement_get(row, 2), n);
		count_text(a, &f->from_domains, statement_get(row, 3), n);
	}
}

static void
add_sessions(struct arena *a, struct store *s, struct operator_facts *f)
{
	struct statement *row = of_operator(s,
	    "SELECT s.tls_protocol, s.tls_cipher, s.tls_error IS NOT NULL, COUNT(*) FROM client c "
	    "CROSS JOIN session s ON s.client = c.id WHERE c.operator = ?1 GROUP BY 1, 2, 3 "
	    "ORDER BY 1, 2, 3",
	    f->operator);

	while (statement_row(row)) {
		bool tls = !statement_is_null(row, 0), error = statement_get_int(row, 2) != 0;
		int64_t n = statement_get_int(row, 3);

		f->sessions += n;
		f->sessions_tls += tls ? n : 0;
		f->sessions_failed_tls += !tls && error ? n : 0;
		count_text(a, &f->protocols, statement_get(row, 0), n);
		count_text(a, &f->ciphers, statement_get(row, 1), n);
	}
}

/* Attempts for tokens that were put off at least once. */
static void
add_retries(struct arena *a, struct store *s, struct operator_facts *f)
{
	struct statement *row = of_operator(s,
	    "SELECT a.token, s.begun, a.code, a.accepted, c.address, a.sender FROM client c "
	    "CROSS JOIN session s ON s.client = c.id CROSS JOIN attempt a ON a.session = s.id "
	    "WHERE c.operator = ?1 AND a.token IS NOT NULL AND s.begun IS NOT NULL AND EXISTS "
	    "(SELECT 1 FROM attempt b WHERE b.token = a.token AND b.code BETWEEN 400 AND 499) "
	    "ORDER BY a.token, s.begun, s.record, a.n LIMIT 2000",
	    f->operator);
	const struct retry *first = NULL;
	int64_t first_us = 0;

	_Static_assert(FACTS_RETRIES_MAX == 2000, "LIMIT says it, too");
	while (statement_row(row)) {
		int64_t begun = statement_get_int(row, 1);
		struct retry *r;

		if (!f->retries)
			f->retries = arena_alloc(a, FACTS_RETRIES_MAX * sizeof *f->retries);
		r = &f->retries[f->retries_n++];
		*r = (struct retry){.token = statement_dup(row, 0, a),
		    .code = statement_get_int(row, 2),
		    .accepted = statement_get_int(row, 3) != 0,
		    .address = statement_dup(row, 4, a),
		    .sender = statement_dup(row, 5, a)};
		if (!first || strcmp(first->token, r->token)) {
			first = r;
			first_us = begun;
		}
		r->number = r - first + 1;
		r->after_us = begun - first_us;
	}
}

static bool
is_mixed(struct span name, bool *is_plain)
{
	size_t upper = 0, lower = 0;

	for (size_t i = 0; i < name.n; i++) {
		upper += name.p[i] >= 'A' && name.p[i] <= 'Z';
		lower += name.p[i] >= 'a' && name.p[i] <= 'z';
	}
	*is_plain = upper + lower > 3 && (!upper || !lower);
	return upper && lower;
}

/* RFC 9156 section 2.1: A or NS, of names on the way that mailers ask for MX alone. */
static bool
is_minimised(struct statement *row)
{
	struct span type = statement_get(row, 1);
	bool on_the_way =
	    statement_is_null(row, 5) && (statement_get_int(row, 6) || !statement_is_null(row, 7));

	return on_the_way && (span_eq(type, SPAN_LIT("A")) || span_eq(type, SPAN_LIT("NS")));
}

static void
look_at_resolver(struct store *s, struct resolver_facts *r)
{
	struct statement *row = of_operator(s,
	    "SELECT name, type, proto, do, cd, token, apex, testcase FROM query WHERE client = ?1 "
	    "ORDER BY time, id LIMIT 5000",
	    r->address);

	_Static_assert(FACTS_RESOLVER_ROWS == 5000, "LIMIT says it, too");
	while (statement_row(row)) {
		bool plain;

		r->rows++;
		r->mixed += is_mixed(statement_get(row, 0), &plain);
		r->plain += plain;
		r->dnskey += span_eq(statement_get(row, 1), SPAN_LIT("DNSKEY"));
		r->tcp += span_eq(statement_get(row, 2), SPAN_LIT("tcp"));
		r->wants_dnssec += statement_get_int(row, 3) != 0;
		r->checking_disabled += statement_get_int(row, 4) != 0;
		r->minimised += is_minimised(row);
	}
}

static void
add_resolvers(struct arena *a, struct store *s, struct operator_facts *f)
{
	struct statement *row = of_operator(s,
	    "SELECT q.client, COUNT(*) FROM set_sender x CROSS JOIN probe p "
	    "ON p.probe_set = x.probe_set CROSS JOIN query q ON q.token = p.token "
	    "WHERE x.operator = ?1 AND q.client IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT 200",
	    f->operator);

	_Static_assert(FACTS_RESOLVERS_MAX == 200, "LIMIT says it, too");
	while (statement_row(row)) {
		struct resolver_facts *r;

		if (!f->resolvers)
			f->resolvers = arena_alloc(a, FACTS_RESOLVERS_MAX * sizeof *f->resolvers);
		r = &f->resolvers[f->resolvers_n++];
		r->address = statement_dup(row, 0, a);
		r->ipv6 = strchr(r->address, ':') != NULL;
		r->queries = statement_get_int(row, 1);
	}
	for (size_t i = 0; i < f->resolvers_n; i++)
		look_at_resolver(s, &f->resolvers[i]);
}

void
operator_facts_find(
    struct arena *a, struct store *s, const char *operator, struct operator_facts * f)
{
	struct statement *row;

	*f = (struct operator_facts){.operator= operator};
	row = of_operator(s, "SELECT COUNT(*) FROM set_sender WHERE operator = ?1", operator);
	f->sets = statement_row(row) ? statement_get_int(row, 0) : 0;
	statement_reset(row);
	add_mails(a, s, f);
	add_published(a, s, f);
	add_sessions(a, s, f);
	add_retries(a, s, f);
	add_resolvers(a, s, f);
	sort_counts(&f->addresses);
	sort_counts(&f->names);
	sort_counts(&f->helos);
	sort_counts(&f->from_domains);
	sort_counts(&f->protocols);
	sort_counts(&f->ciphers);
	sort_counts(&f->dmarc_policies);
	sort_counts(&f->listed);
}

size_t
flavour_counts(struct arena *a, struct store *s, struct flavour_count **counts)
{
	struct statement *row = store_cached(s,
	    "SELECT flavour, host, arrived / 86400000000, COUNT(*), SUM(size) FROM mail "
	    "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3");
	size_t n = 0, room = 0;

	*counts = NULL;
	while (statement_row(row)) {
		if (n == room) {
			room = room ? 2 * room : 64;
			*counts = arena_grow(a, *counts, n, room, sizeof **counts);
		}
		(*counts)[n++] = (struct flavour_count){.flavour = statement_dup(row, 0, a),
		    .host = statement_dup(row, 1, a),
		    .day = statement_get_int(row, 2),
		    .mails = statement_get_int(row, 3),
		    .octets = statement_get_int(row, 4)};
	}
	return n;
}
