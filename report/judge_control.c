/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/judge.h"

enum { ROOT_PROBES = 2 }; /* of mail-ok: one before all others, one after them */

static enum verdict_state
control_state(const struct judge *j, const struct ladder *l)
{
	if (l->seen[SEEN_STORED].there)
		return VERDICT_SUPPORTED;
	if (l->refused)
		return VERDICT_REFUSED_AT_SUBMISSION;
	if (!judge_is_over(j, l))
		return VERDICT_PENDING;
	if (l->foreign_mail)
		return VERDICT_FOREIGN;
	return l->explained || l->taken ? VERDICT_INCONCLUSIVE : VERDICT_ABSENT_UNEXPLAINED;
}

struct listing {
	const struct judge *j;
	struct verdict *v;
	const char *missing; /* the first one that is not fine, in words */
};

static void
list_one(struct listing *x, const struct testcase *t, const struct ladder *l, const char *which)
{
	enum verdict_state state = l ? control_state(x->j, l) : VERDICT_NOT_SENT;

	x->v->controls[x->v->controls_n++] =
	    (struct verdict_control){t, state, l ? l->probe : NULL};
	if (state == VERDICT_SUPPORTED)
		return;
	if (!x->missing)
		x->missing = arena_printf(x->j->a, "control: %s%s is %s%s", which, t->name,
		    l ? verdict_state_names[state] : "not part of the set",
		    l && l->undelivered ? "; our own host took it and could not store it" : "");
}

/* Probes of a case in the order of sending; their number. */
static size_t
probes_of(const struct judge *j, const struct testcase *t, const struct ladder *found[ROOT_PROBES])
{
	size_t n = 0;

	for (size_t i = 0; i < j->set->probes_n; i++) {
		const struct ladder *l = &j->ladders[i];

		if (l->probe->testcase != t)
			continue;
		/* Between the first and the last nobody looks. */
		if (n == ROOT_PROBES && l->probe->position > found[1]->probe->position)
			found[1] = l;
		else if (n == ROOT_PROBES && l->probe->position < found[0]->probe->position)
			found[0] = l;
		else if (n < ROOT_PROBES)
			found[n++] = l;
	}
	if (n == ROOT_PROBES && found[0]->probe->position > found[1]->probe->position) {
		const struct ladder *last = found[0];

		found[0] = found[1];
		found[1] = last;
	}
	return n;
}

static void
list_root(struct listing *x, const struct testcase *root)
{
	const struct ladder *found[ROOT_PROBES];
	size_t n = probes_of(x->j, root, found);

	list_one(x, root, n > 0 ? found[0] : NULL, "the first ");
	list_one(x, root, n > 1 ? found[1] : NULL, "the last ");
}

static const struct testcase *
root_of(const struct testcase *t)
{
	while (t->controls_n)
		t = t->controls[0];
	return t;
}

const char *
judge_controls(const struct judge *j, const struct testcase *t, struct verdict *v)
{
	struct listing x = {.j = j, .v = v};

	v->controls = arena_alloc(j->a, (t->controls_n + ROOT_PROBES) * sizeof *v->controls);
	v->controls_n = 0;
	if (!t->controls_n)
		return NULL;
	for (size_t i = 0; i < t->controls_n; i++) {
		const struct ladder *found[ROOT_PROBES];

		if (t->controls[i]->controls_n)
			list_one(&x, t->controls[i],
			    probes_of(j, t->controls[i], found) ? found[0] : NULL, "");
	}
	list_root(&x, root_of(t));
	return x.missing;
}
