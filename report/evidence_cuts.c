/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queries at the cut of a case's zone: all that a resolver which then fails shows of itself, for
 * the token's own name never gets here. */
#include "report/evidence_parts.h"
#include "report/member.h"
#include "report/set_clock.h"

_Static_assert(
    EVIDENCE_CUT_MAX == 20 && EVIDENCE_SHARING_MAX == 1000, "the limits below say it, too");

enum { RESOLVERS_MAX = 64 /* addresses of one set that are looked at */ };

void
evidence_cuts_prepare(struct evidence_loader *e)
{
	e->cuts = store_prepare(e->store,
	    "SELECT q.time, q.id, q.family, q.name, q.type, r.operator FROM query q "
	    "LEFT JOIN resolver r ON r.address = q.client WHERE q.client = ?1 AND q.cut = ?2 AND "
	    "q.time >= ?3 AND q.time <= ?4 AND q.token IS NULL "
	    "ORDER BY ABS(q.time - ?5), q.time, q.id LIMIT 20");
	e->sharing = store_prepare(e->store,
	    "SELECT COUNT(DISTINCT p.probe_set) FROM (SELECT DISTINCT token FROM (SELECT token "
	    "FROM query WHERE client = ?1 AND time >= ?2 AND time <= ?3 AND token IS NOT NULL "
	    "LIMIT 1000)) q CROSS JOIN probe p ON p.token = q.token WHERE p.probe_set <> ?4");
}

/* Adds those who asked for this probe's token: one query of each. */
static size_t
resolvers_of(const struct probe *p, bool foreign, const struct item *v[RESOLVERS_MAX], size_t n)
{
	for (size_t i = 0; i < p->items_n; i++) {
		const struct item *item = &p->items[i];
		size_t k = 0;

		if (item->kind != ITEM_QUERY || !item->resolver || item->foreign != foreign)
			continue;
		while (k < n && strcmp(v[k]->resolver, item->resolver))
			k++;
		if (k == RESOLVERS_MAX)
			break;
		if (k == n)
			v[n++] = item;
	}
	return n;
}

static bool
is_control(const struct testcase *of, const struct testcase *t)
{
	for (size_t i = 0; i < of->controls_n; i++)
		if (of->controls[i] == t)
			return true;
	return false;
}

static void
take_cuts(struct loading *l, size_t probe, const char *resolver, int64_t near_us)
{
	struct statement *row = l->e->cuts;

	statement_str(row, 1, resolver);
	statement_str(row, 2, l->set->probes[probe].testcase->zone);
	/* Who validates remembers for a while that a zone is bogus: another of its users may have
	   made it ask shortly before. */
	statement_int(row, 3, l->set->first_us - SET_NEAR_US);
	statement_int(row, 4, l->until_us);
	statement_int(row, 5, near_us);
	while (statement_row(row)) {
		struct item *item = loading_add(l, probe, ITEM_CUT);
		char id[2 * MEMBER_ID_LEN + 1];

		item->time_us = statement_get_int(row, 0);
		member_id_text(statement_get(row, 1), id);
		item->id = arena_dup(l->a, span_str(id));
		item->resolver = resolver;
		item->over_ipv6 = span_eq(statement_get(row, 2), SPAN_LIT("ipv6"));
		item->name = item->text = statement_dup(row, 3, l->a);
		item->type = statement_dup(row, 4, l->a);
		item->resolver_operator = statement_dup(row, 5, l->a);
	}
}

/* Those of the set's path first: strangers take nobody's place. */
void
evidence_cuts(struct loading *l, size_t probe)
{
	const struct probe *of = &l->set->probes[probe];
	const struct item *resolvers[RESOLVERS_MAX];
	size_t n = 0;

	if (!of->testcase->zone[0])
		return;
	for (int foreign = 0; foreign < 2; foreign++)
		for (size_t p = 0; p < l->set->probes_n; p++)
			if (is_control(of->testcase, l->set->probes[p].testcase))
				n = resolvers_of(&l->set->probes[p], foreign, resolvers, n);
	for (size_t i = 0; i < n; i++) {
		const char *resolver = resolvers[i]->resolver;
		int64_t near_us = of->sent_us ? of->sent_us : resolvers[i]->time_us;

		take_cuts(l, probe, resolver, near_us);
	}
}

static size_t
sharing_of(struct loading *l, const char *resolver)
{
	struct statement *st = l->e->sharing;
	size_t n;

	statement_str(st, 1, resolver);
	statement_int(st, 2, l->set->first_us);
	statement_int(st, 3, l->until_us);
	statement_str(st, 4, l->set->id);
	n = statement_row(st) ? (size_t)statement_get_int(st, 0) : 0;
	statement_reset(st);
	return n;
}

void
evidence_sharing(struct loading *l)
{
	const struct item *resolvers[RESOLVERS_MAX];
	size_t n = 0, sharing[RESOLVERS_MAX];

	for (int foreign = 0; foreign < 2; foreign++)
		for (size_t p = 0; p < l->set->probes_n; p++)
			n = resolvers_of(&l->set->probes[p], foreign, resolvers, n);
	for (size_t i = 0; i < n; i++)
		sharing[i] = sharing_of(l, resolvers[i]->resolver);
	for (size_t p = 0; p < l->set->probes_n; p++)
		for (size_t i = 0; i < l->set->probes[p].items_n; i++) {
			struct item *item = &l->set->probes[p].items[i];

			for (size_t k = 0; item->resolver && k < n; k++)
				if (!strcmp(resolvers[k]->resolver, item->resolver))
					item->sets_sharing = sharing[k];
		}
}
