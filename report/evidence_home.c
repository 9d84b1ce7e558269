/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose queries they are.  A name with a token is asked for by the path that the mail takes, and by
 * anybody who has seen the address since: another recipient, a scanner of links, whoever looks
 * through collected names.  A resolver is of the path if it asked for a probe's token just before
 * the set's operator came with that probe.  What others ask is shown, and never decides. */
#include "report/evidence_parts.h"
#include "report/set_clock.h"

/* Clocks of our hosts may differ by so much.  Whoever saw the mail may ask soon behind it. */
#define AFTER_US ((int64_t)2 * 1000000)

enum { HOME_MAX = 64 /* resolvers of one set that are told apart; more are strangers */ };

struct home {
	const struct item *v[HOME_MAX]; /* a query of each */
	enum certainty sure[HOME_MAX];  /* that the set's operator came then */
	size_t n;
};

static bool
same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* The set's operator's first coming with this probe; NULL: it did not.  Between that and a later
 * one others may have learnt of the address. */
static const struct item *
first_coming(const struct probe_set *set, const struct probe *p)
{
	const struct item *first = NULL;

	for (size_t i = 0; i < p->items_n; i++) {
		const struct item *item = &p->items[i];

		if ((item->kind == ITEM_MAIL || item->kind == ITEM_ATTEMPT) && !item->testcase &&
		    item->certainty != BACKGROUND && same(item->from.operator, set->operator) &&
		    (!first || item->time_us < first->time_us))
			first = item;
	}
	return first;
}

/* How sure is it that the operator came with the probe within minutes; BACKGROUND: it did not. */
static enum certainty
came_near(const struct item *coming, int64_t asked_us)
{
	return asked_us >= coming->time_us - SET_NEAR_US && asked_us <= coming->time_us + AFTER_US
		   ? coming->certainty
		   : BACKGROUND;
}

/* How sure is it that this one is of the path; BACKGROUND: it is not. */
static enum certainty
certainty_of(const struct home *home, const struct item *item)
{
	enum certainty found = BACKGROUND;

	for (size_t i = 0; i < home->n; i++) {
		if (same(home->v[i]->resolver, item->resolver) && home->sure[i] < found)
			found = home->sure[i];
		else if (same(home->v[i]->resolver_operator, item->resolver_operator) &&
			 found == BACKGROUND)
			found = PROBABLE;
	}
	return found;
}

/* As surely, or more. */
static bool
is_known(const struct home *home, const struct item *item, enum certainty near)
{
	for (size_t i = 0; i < home->n; i++)
		if (same(home->v[i]->resolver, item->resolver) && home->sure[i] <= near)
			return true;
	return false;
}

static void
find_home(const struct probe_set *set, struct home *home)
{
	for (size_t p = 0; p < set->probes_n; p++) {
		const struct item *coming = first_coming(set, &set->probes[p]);

		for (size_t i = 0; coming && i < set->probes[p].items_n && home->n < HOME_MAX;
		     i++) {
			const struct item *item = &set->probes[p].items[i];
			enum certainty near = came_near(coming, item->time_us);

			if (item->kind != ITEM_QUERY || !item->resolver || item->testcase ||
			    near == BACKGROUND || is_known(home, item, near))
				continue;
			home->sure[home->n] = near;
			home->v[home->n++] = item;
		}
	}
}

void
evidence_home(struct loading *l)
{
	struct home home = {.n = 0};

	/* Whose path it is nobody knows yet: nothing is decided. */
	if (!l->set->operator)
		return;
	find_home(l->set, &home);
	for (size_t p = 0; p < l->set->probes_n; p++)
		for (size_t i = 0; i < l->set->probes[p].items_n; i++) {
			struct item *item = &l->set->probes[p].items[i];

			if (item->kind != ITEM_QUERY && item->kind != ITEM_CUT)
				continue;
			item->certainty = certainty_of(&home, item);
			item->foreign = item->certainty == BACKGROUND;
		}
}
