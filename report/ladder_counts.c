/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which records of a probe count as evidence about it: anybody can make queries, notifications with
 * any date, and sessions (METHOD in docs/method.md). */
#include "report/ladder_parts.h"
#include "report/set_clock.h"

static bool
is_below(const char *name, const char *domain)
{
	struct span n = span_str(name), under = span_str(domain);

	return span_ieq(n, under) || (n.n > under.n && n.p[n.n - under.n - 1] == '.' &&
					 span_ieq(span_from(n, n.n - under.n), under));
}

/* It greets as hosts of that operator do, or as the other one does: by its name, or with one beside
 * it.  A greeting that is not known contradicts nothing. */
static bool
greets_alike(const struct sender *a, const struct sender *b)
{
	const char *parent = b->helo ? strchr(b->helo, '.') : NULL;

	if (!a->helo || !a->helo[0] || ladder_same_text(a->helo, b->helo))
		return true;
	if (a->operator&& a->operator[0] && is_below(a->helo, a->operator))
		return true;
	return parent && strchr(parent + 1, '.') && is_below(a->helo, parent + 1);
}

/* The same host, or the same farm. */
static bool
same_client(const struct sender *delivered, const struct sender *client)
{
	const struct sender *a = delivered, *b = client;

	if (ladder_same_text(a->address, b->address))
		return true;
	if (a->as_number && b->as_number && a->as_number != b->as_number)
		return false;
	return a->name && a->name[0] && b->name && b->name[0] &&
	       ladder_same_text(a->operator, b->operator) && greets_alike(client, delivered);
}

static bool
delivered_another(
    const struct probe_set *set, const struct probe *probe, const struct sender *client)
{
	for (size_t p = 0; p < set->probes_n; p++)
		for (size_t i = 0; &set->probes[p] != probe && i < set->probes[p].items_n; i++) {
			const struct item *item = &set->probes[p].items[i];

			if (item->kind == ITEM_MAIL && !item->foreign &&
			    item->certainty != BACKGROUND && same_client(&item->from, client))
				return true;
		}
	return false;
}

static bool
mail_came_before(const struct probe *probe, int64_t time_us)
{
	for (size_t i = 0; i < probe->items_n; i++) {
		const struct item *item = &probe->items[i];

		if (item->kind == ITEM_MAIL && !item->foreign && item->certainty != BACKGROUND &&
		    !ladder_names_another(probe, item) && item->time_us < time_us)
			return true;
	}
	return false;
}

/* Minutes from `from_us` on, less what clocks differ. */
static bool
is_soon_after(int64_t time_us, int64_t from_us)
{
	return time_us >= from_us - LADDER_CLOCKS_US && time_us <= from_us + SET_NEAR_US;
}

/* Not before the probe was sent; where the ledger does not tell, what the clock began with may have
 * waited for its host. */
static bool
asked_in_time(const struct probe_set *set, const struct probe *probe, int64_t time_us)
{
	if (probe->sent_us)
		return time_us >= probe->sent_us - LADDER_CLOCKS_US;
	return set->first_us &&
	       time_us >= set->first_us - (set->by_ledger ? LADDER_CLOCKS_US : SET_NEAR_US);
}

/* The resolver asked for the token of a control at about that time. */
static bool
asked_for_control_near(
    const struct probe_set *set, const struct probe *probe, const struct item *cut)
{
	const struct testcase *t = probe->testcase;

	for (size_t p = 0; p < set->probes_n; p++) {
		const struct probe *control = &set->probes[p];
		bool is_control = false;

		for (size_t i = 0; i < t->controls_n; i++)
			is_control |= t->controls[i] == control->testcase;
		for (size_t i = 0; is_control && i < control->items_n; i++) {
			const struct item *q = &control->items[i];

			if (q->kind == ITEM_QUERY && ladder_is_of_path(control, q) &&
			    ladder_same_text(q->resolver, cut->resolver) &&
			    asked_in_time(set, control, q->time_us) &&
			    cut->time_us - q->time_us <= SET_NEAR_US &&
			    q->time_us - cut->time_us <= SET_NEAR_US)
				return true;
		}
	}
	return false;
}

/* Everybody who uses that resolver makes it ask at the cut: it has to be when the probe was sent.
 */
static bool
is_cut_in_time(const struct probe_set *set, const struct probe *probe, const struct item *cut)
{
	for (size_t i = 0; probe->sent_us && i < probe->items_n; i++)
		if (was_handed_over(&probe->items[i]) &&
		    is_soon_after(cut->time_us, probe->items[i].time_us))
			return true;
	return !probe->sent_us && asked_for_control_near(set, probe, cut);
}

/* When the probe was handed over, or the first one of its set was seen; 0: neither is known. */
static int64_t
begin_of(const struct probe_set *set, const struct probe *probe)
{
	return probe->sent_us ? probe->sent_us : set->first_us;
}

/* By whatever clock: before it was handed over. */
static bool
is_too_early(const struct probe_set *set, const struct probe *probe, const struct item *item)
{
	int64_t from_us = begin_of(set, probe);

	return from_us && item->time_us < from_us - LADDER_CLOCKS_US;
}

/* Its date is whatever its writer wrote. */
static bool
is_dsn_in_time(const struct probe_set *set, const struct probe *probe, const struct item *dsn)
{
	return begin_of(set, probe) && !is_too_early(set, probe, dsn);
}

/* Anybody can send one: something else has to show that the probe was sent. */
static bool
dsn_counts(const struct probe_set *set, const struct probe *probe, const struct item *dsn)
{
	bool beside = probe->sent_us || probe->came;

	for (size_t i = 0; !beside && i < probe->items_n; i++) {
		const struct item *item = &probe->items[i];

		beside = ladder_is_of_path(probe, item) &&
			 ((item->kind == ITEM_QUERY && asked_in_time(set, probe, item->time_us)) ||
			     (item->kind == ITEM_CUT && is_cut_in_time(set, probe, item)));
	}
	return beside && is_dsn_in_time(set, probe, dsn);
}

static bool
has_dsn(const struct probe_set *set, const struct probe *probe)
{
	for (size_t i = 0; i < probe->items_n; i++)
		if (probe->items[i].kind == ITEM_DSN &&
		    ladder_is_of_path(probe, &probe->items[i]) &&
		    is_dsn_in_time(set, probe, &probe->items[i]))
			return true;
	return false;
}

/* The provider has given up on it, and nobody has handed it over once more since. */
static bool
was_given_up_before(const struct probe_set *set, const struct probe *probe, int64_t time_us)
{
	bool given_up = false;

	for (size_t i = 0; i < probe->items_n; i++) {
		const struct item *item = &probe->items[i];

		if (item->foreign || item->certainty == BACKGROUND ||
		    ladder_names_another(probe, item))
			continue;
		if (item->kind == ITEM_DSN && item->is_final && dsn_counts(set, probe, item))
			given_up |= item->time_us + LADDER_CLOCKS_US < time_us;
		else if (item->kind == ITEM_SUBMISSION && item->accepted &&
			 item->time_us > probe->sent_us && item->time_us <= time_us)
			given_up = false;
	}
	return given_up;
}

enum probe_time
ladder_time(const struct probe_set *set, const struct probe *probe, const struct item *item)
{
	if (is_too_early(set, probe, item))
		return BEFORE_IT_WAS_SENT;
	return was_given_up_before(set, probe, item->time_us) ? AFTER_IT_WAS_GIVEN_UP : UNDER_WAY;
}

static bool
session_counts(const struct probe_set *set, const struct probe *probe, const struct item *item)
{
	return probe->testcase->own_addresses && item->time_us >= set->first_us - SET_SECOND_US &&
	       !mail_came_before(probe, item->time_us) &&
	       !was_given_up_before(set, probe, item->time_us) &&
	       delivered_another(set, probe, &item->from);
}

bool
ladder_counts(const struct probe_set *set, const struct probe *probe, const struct item *item)
{
	bool sent = !set->by_ledger || probe->sent_us || probe->came;

	if (!ladder_is_of_path(probe, item))
		return false;
	switch (item->kind) {
	case ITEM_SESSION: return sent && session_counts(set, probe, item);
	case ITEM_QUERY: return sent && asked_in_time(set, probe, item->time_us);
	case ITEM_CUT:
		return sent && is_cut_in_time(set, probe, item) &&
		       (probe->sent_us || has_dsn(set, probe));
	case ITEM_DSN: return sent && dsn_counts(set, probe, item);
	case ITEM_SUBMISSION:
	case ITEM_ATTEMPT:
	case ITEM_MAIL:
	case ITEM_KINDS_N: break;
	}
	return true;
}
