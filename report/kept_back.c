/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/kept_back.h"

/* Probes that were sent so near to each other met the same submission server. */
#define TWIN_NEAR_US ((int64_t)30 * 60 * 1000000)

/* The twin was accepted at about the time of the refusal. */
static bool
twin_was_accepted(const struct trial *x)
{
	for (size_t i = 0; i < x->j->set->probes_n; i++) {
		const struct probe *p = &x->j->set->probes[i];
		bool twin = false;

		for (size_t k = 0; k < x->t->controls_n; k++)
			twin |= x->t->controls[k] == p->testcase;
		for (size_t k = 0; twin && k < p->items_n; k++) {
			int64_t apart_us = p->items[k].time_us - x->l->refused->time_us;

			if (p->items[k].kind == ITEM_SUBMISSION && p->items[k].accepted &&
			    apart_us <= TWIN_NEAR_US && -apart_us <= TWIN_NEAR_US)
				return true;
		}
	}
	return false;
}

/* Refusals of this probe, and of others for the same capability. */
static size_t
count_refusals(const struct trial *x)
{
	size_t n = 0;

	for (size_t i = 0; x->t->capability && i < x->j->set->probes_n; i++) {
		const struct probe *p = &x->j->set->probes[i];

		if (!p->testcase->capability ||
		    strcmp(p->testcase->capability, x->t->capability) != 0)
			continue;
		for (size_t k = 0; k < p->items_n; k++)
			n += p->items[k].kind == ITEM_SUBMISSION && !p->items[k].accepted &&
			     p->items[k].code;
	}
	return n;
}

static void
say_refused(struct trial *x)
{
	const struct item *r = x->l->refused;

	x->v->submission_resolver = twin_was_accepted(x) && count_refusals(x) > 1;
	trial_add(x, r);
	trial_say(x, VERDICT_REFUSED_AT_SUBMISSION,
	    arena_printf(x->j->a, "the submission server refused it with %d%s%s%s", r->code,
		r->status ? " " : "", r->status ? r->status : "",
		x->v->submission_resolver
		    ? ", again, and took its control at about that time: its resolver does so"
		    : ""));
}

static bool
set_was_submitted(const struct judge *j)
{
	for (size_t i = 0; i < j->set->probes_n; i++)
		if (j->ladders[i].tried)
			return true;
	return false;
}

bool
kept_back(struct trial *x)
{
	if (x->l->refused) {
		say_refused(x);
		return true;
	}
	if (x->l->foreign_mail) {
		trial_add(x, x->l->foreign_mail);
		trial_wait(
		    x, VERDICT_FOREIGN, "its mail came from another operator than the set's");
		return true;
	}
	/* What the ledger does not know of may have been sent by hand: then the set's operator came
	   with it, or it is not among what counts (ladder.h).  What the server did not answer may
	   have been taken, and a mail that came back tells. */
	if (!x->l->submitted && set_was_submitted(x->j) &&
	    (!x->l->probe->sent_us || !x->l->final_dsn)) {
		trial_wait(x, VERDICT_NOT_SENT,
		    x->l->tried ? "the submission server took no decision on it"
				: "nobody handed it to the submission server");
		return true;
	}
	return false;
}
