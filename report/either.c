/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/either.h"

#include "base/sha256.h"
#include "report/capability.h"

static bool
may_count(const struct item *i)
{
	return i->kind == ITEM_SESSION && i->certainty == BACKGROUND && i->fits_others &&
	       !i->foreign;
}

/* The set, if all these sessions were its own; false: it has none. */
static bool
suppose(struct arena *a, const struct probe_set *set, struct probe_set *out)
{
	bool any = false;

	*out = *set;
	out->probes = arena_alloc(a, (set->probes_n + 1) * sizeof *out->probes);
	for (size_t p = 0; p < set->probes_n; p++) {
		const struct probe *from = &set->probes[p];

		out->probes[p] = *from;
		out->probes[p].items = arena_alloc(a, (from->items_n + 1) * sizeof(struct item));
		for (size_t i = 0; i < from->items_n; i++) {
			struct item *item = &out->probes[p].items[i];

			*item = from->items[i];
			if (!may_count(item))
				continue;
			item->certainty = PROBABLE;
			item->fits_others = 0;
			any = true;
		}
	}
	return any;
}

static const struct probe *
only_probe(const struct probe_set *set, const struct testcase *t)
{
	const struct probe *found = NULL;

	for (size_t p = 0; p < set->probes_n; p++) {
		if (set->probes[p].testcase != t)
			continue;
		if (found)
			return NULL;
		found = &set->probes[p];
	}
	return found;
}

static bool
is_record(const struct verdict *v, const struct item *item)
{
	for (size_t i = 0; i < v->records_n; i++)
		if (!strcmp(v->records[i]->id, item->id))
			return true;
	return false;
}

/* Do all of the probe's sessions show the same, and are there more of the doubtful ones than sets
 * that they fit?  Then what names them. */
static const char *
agree(struct arena *a, const struct probe *p, const struct verdict *with, size_t *sets_n)
{
	char hex[SHA256_HEX_LEN + 1];
	struct sha256 sum;
	size_t n = 0;

	sha256_init(&sum);
	sha256_add(&sum, span_str(with->testcase->name));
	sha256_add(&sum, span_str(evidence_kinds[with->rule->evidence].name));
	for (size_t i = 0; i < p->items_n; i++) {
		const struct item *item = &p->items[i];

		if (item->foreign)
			continue;
		if (item->kind == ITEM_ATTEMPT || item->kind == ITEM_MAIL)
			return NULL;
		if (item->kind != ITEM_SESSION ||
		    (item->certainty == BACKGROUND && !item->fits_others))
			continue;
		if (!is_record(with, item) ||
		    (n && item->fits_others && item->fits_others + 1 != *sets_n))
			return NULL;
		if (!item->fits_others)
			continue;
		*sets_n = item->fits_others + 1;
		sha256_add(&sum, span_str(item->id));
		n++;
	}
	if (!n || n <= *sets_n)
		return NULL;
	sha256_hex(&sum, hex);
	return arena_dup(a, span_str(hex));
}

static const struct either *
look(struct arena *a, const struct probe_set *set, const struct verdict *v,
    const struct verdict *with)
{
	const struct probe *p;
	struct either *e;
	const char *of;
	size_t sets_n = 0;

	/* Decided without them, or not even with them. */
	if (!verdict_state_weight(v->state) || !with->rule ||
	    (with->rule->evidence != SEEN_LEFT_AFTER_EHLO &&
		with->rule->evidence != SEEN_LEFT_AFTER_TLS))
		return NULL;
	p = only_probe(set, with->testcase);
	of = p ? agree(a, p, with, &sets_n) : NULL;
	if (!of)
		return NULL;
	e = arena_alloc(a, sizeof *e);
	e->of = of;
	e->sets_n = sets_n;
	e->verdict = (struct verdict){.capability = with->capability,
	    .testcase = with->testcase,
	    .state = with->state,
	    .rule = with->rule};
	return e;
}

void
either_find(struct arena *a, const struct probe_set *set, const struct testcases *cases,
    const struct verdict_settings *settings, int64_t now_us, struct verdicts *verdicts)
{
	struct probe_set supposed;
	struct verdicts with;

	if (!suppose(a, set, &supposed))
		return;
	with = verdicts_of(a, &supposed, cases, settings, now_us);
	for (size_t i = 0; i < verdicts->n; i++)
		verdicts->v[i].either = look(a, set, &verdicts->v[i], &with.v[i]);
}
