/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/set_clock.h"

/* What tells when a set began, the best first. */
enum sign {
	SIGN_ACCEPTED,
	SIGN_UNCERTAIN, /* no answer: it may have been taken */
	SIGN_OWN,       /* the set's operator came with a token of it */
	SIGN_REFUSED,
	SIGN_ANYBODY, /* whose the set is nobody knows, so nothing is decided by it */
	SIGNS_N
};

static void
earlier(int64_t *first_us, int64_t time_us)
{
	if (!*first_us || time_us < *first_us)
		*first_us = time_us;
}

static bool
names_probe(const struct probe *p, const struct item *i)
{
	return (i->kind == ITEM_MAIL || i->kind == ITEM_ATTEMPT) &&
	       (!i->testcase || i->testcase == p->testcase) &&
	       (!i->token || span_ieq(span_str(i->token), span_str(p->token)));
}

static void
take(const struct probe_set *set, struct probe *p, const struct item *i, int64_t first_us[SIGNS_N])
{
	if (i->kind == ITEM_SUBMISSION)
		earlier(&first_us[i->accepted ? SIGN_ACCEPTED
				  : i->code   ? SIGN_REFUSED
					      : SIGN_UNCERTAIN],
		    i->time_us);
	if (was_handed_over(i))
		earlier(&p->sent_us, i->time_us);
	if (!names_probe(p, i))
		return;
	if (!set->operator)
		earlier(&first_us[SIGN_ANYBODY], i->time_us);
	else if (!i->foreign && i->certainty != BACKGROUND) {
		earlier(&first_us[SIGN_OWN], i->time_us);
		p->came = true;
	}
}

void
set_clock(struct probe_set *set)
{
	int64_t first_us[SIGNS_N] = {0};

	for (size_t p = 0; p < set->probes_n; p++) {
		set->probes[p].sent_us = 0;
		set->probes[p].came = false;
		for (size_t i = 0; i < set->probes[p].items_n; i++)
			take(set, &set->probes[p], &set->probes[p].items[i], first_us);
	}
	set->by_ledger =
	    first_us[SIGN_ACCEPTED] || first_us[SIGN_UNCERTAIN] || first_us[SIGN_REFUSED];
	set->first_us = 0;
	for (size_t i = 0; i < SIGNS_N && !set->first_us; i++)
		set->first_us = first_us[i];
}
