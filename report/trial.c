/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/trial.h"

void
trial_say(struct trial *x, enum verdict_state state, const char *note)
{
	x->v->state = state;
	x->v->note = note;
}

/* What is not known yet is pending, and something else when nothing more can come. */
static void
conclude(
    struct trial *x, bool is_over, enum verdict_state state, const char *note, int64_t until_us)
{
	trial_say(x, is_over ? state : VERDICT_PENDING, note);
	x->v->pending_until_us = is_over ? 0 : until_us;
}

void
trial_wait(struct trial *x, enum verdict_state state, const char *note)
{
	conclude(x, judge_is_over(x->j, x->l), state, note, judge_deadline_us(x->j));
}

void
trial_wait_for_controls(struct trial *x, const char *missing)
{
	bool is_over = judge_is_over(x->j, x->l);

	for (size_t i = 0; i < x->v->controls_n; i++)
		is_over &= x->v->controls[i].state != VERDICT_PENDING;
	conclude(x, is_over, VERDICT_INCONCLUSIVE, missing, judge_deadline_us(x->j));
}

void
trial_wait_for_health(struct trial *x, const struct health_watch *watch, int64_t until_us)
{
	int64_t next_us = until_us + x->j->settings->health_every_us;

	if (!judge_is_over(x->j, x->l) || watch->red || x->j->now_us >= judge_deadline_us(x->j))
		trial_wait(x, VERDICT_INCONCLUSIVE, watch->note);
	else
		conclude(x, x->j->now_us >= next_us, VERDICT_INCONCLUSIVE, watch->note, next_us);
}

void
trial_add_all(struct trial *x, const struct item *const *items, size_t n)
{
	const struct item **all =
	    arena_alloc(x->j->a, (x->v->records_n + n + 1) * sizeof(struct item *));

	if (x->v->records_n)
		memcpy(all, x->v->records, x->v->records_n * sizeof(struct item *));
	if (n)
		memcpy(all + x->v->records_n, items, n * sizeof(struct item *));
	x->v->records = all;
	x->v->records_n += n;
}

void
trial_add(struct trial *x, const struct item *item)
{
	trial_add_all(x, &item, 1);
}

void
trial_add_explanation(struct trial *x)
{
	for (size_t i = 0; i < x->l->probe->items_n; i++) {
		const struct item *item = &x->l->probe->items[i];

		if ((item->kind == ITEM_QUERY || item->kind == ITEM_DSN) &&
		    ladder_counts(x->j->set, x->l->probe, item) &&
		    (item->kind != ITEM_DSN || item->time_us <= x->j->now_us) &&
		    x->v->records_n < SHOWN_MAX)
			trial_add(x, item);
	}
}
