/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/greylisting.h"

#include <stdlib.h>

#include "report/ladder.h"

static bool
differ(const char *a, const char *b)
{
	return a && b && !span_ieq(span_str(a), span_str(b));
}

static uint32_t
milliseconds(int64_t us)
{
	return us < 0 ? 0 : us / 1000 > UINT32_MAX ? UINT32_MAX : (uint32_t)(us / 1000);
}

/* One more attempt behind `last`. */
static void
add(struct greylisting *g, const struct item *first, const struct item *last,
    const struct item *item)
{
	bool is_in = item->kind == ITEM_MAIL || item->accepted;

	g->attempts++;
	if (g->gaps_n < GREYLISTING_GAPS_MAX)
		g->gap_ms[g->gaps_n++] = milliseconds(item->time_us - last->time_us);
	if (is_in && !g->accepted)
		g->accepted_after_ms = milliseconds(item->time_us - first->time_us);
	g->accepted |= is_in;
	g->sender_changed |= differ(last->mail_from, item->mail_from);
	g->client_changed |= differ(last->from.address, item->from.address);
}

/* False: it was not put off. */
static bool
look_at(const struct probe_set *set, const struct probe *p, struct greylisting *g)
{
	const struct item *first = NULL, *last = NULL, *mail = NULL;

	*g = (struct greylisting){.testcase = p->testcase};
	for (size_t i = 0; i < p->items_n && !g->accepted; i++) {
		const struct item *item = &p->items[i];

		if (!ladder_counts(set, p, item))
			continue;
		if (item->kind == ITEM_MAIL && !mail && first)
			mail = item;
		if (item->kind != ITEM_ATTEMPT || (!first && item->code != 450))
			continue;
		if (first)
			add(g, first, last, item);
		else
			g->attempts = 1, first = item;
		last = item;
	}
	/* Where the log of the session that let it in is missing, the mail tells. */
	if (mail && !g->accepted)
		add(g, first, last, mail);
	return first != NULL;
}

void
greylisting_list(struct arena *a, struct probe_set *set)
{
	set->greylisting = arena_alloc(a, (set->probes_n + 1) * sizeof *set->greylisting);
	set->greylisting_n = 0;
	for (size_t p = 0; p < set->probes_n; p++)
		if (set->probes[p].testcase->host->id == ROLE_GREYLISTING)
			set->greylisting_n +=
			    look_at(set, &set->probes[p], &set->greylisting[set->greylisting_n]);
}

static int
by_size(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

static uint32_t
median(uint32_t *v, size_t n)
{
	if (n)
		qsort(v, n, sizeof *v, by_size);
	return n ? v[n / 2] : 0;
}

void
greylisting_add(struct arena *a, struct greylisting_pool *pool, const struct greylisting *g)
{
	struct greylisting_summary *s = &pool->counts;

	if (s->mails == pool->room) {
		size_t room = pool->room ? 2 * pool->room : 4;

		pool->gap_ms = arena_grow(a, pool->gap_ms, s->mails, room, sizeof *pool->gap_ms);
		pool->accepted_after_ms = arena_grow(
		    a, pool->accepted_after_ms, s->mails, room, sizeof *pool->accepted_after_ms);
		pool->room = room;
	}
	s->mails++;
	s->sender_changed += g->sender_changed;
	s->client_changed += g->client_changed;
	if (g->gaps_n)
		pool->gap_ms[s->again++] = g->gap_ms[0];
	if (g->accepted)
		pool->accepted_after_ms[s->accepted++] = g->accepted_after_ms;
}

struct greylisting_summary
greylisting_sum(struct greylisting_pool *pool)
{
	struct greylisting_summary s = pool->counts;

	s.gap_ms = median(pool->gap_ms, s.again);
	s.accepted_after_ms = median(pool->accepted_after_ms, s.accepted);
	return s;
}
