/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/identify.h"

#include <stdlib.h>

#include "base/buf.h"
#include "mxinfer/misidentify.h"

const char *
mx_source_name(enum mx_source source)
{
	static const char *const names[] = {"None", "TLS", "Banner/EHLO", "MX"};

	return names[source];
}

void
identify_free(struct identify *x)
{
	view_free(&x->view);
	free(x->answers);
	free(x->as);
	*x = (struct identify){0};
}

static void
raise_score(struct mx_answer *answer, uint32_t count)
{
	if (answer->score < count)
		answer->score = count;
}

/* A source's view of one MX: the id that it has found so far. */
struct finding {
	bool found, disagree;
	uint32_t id;
};

static void
find(struct finding *f, uint32_t id)
{
	f->disagree = f->disagree || (f->found && f->id != id);
	f->found = true;
	f->id = id;
}

/* The groups of the trusted names of an address.  True if it has such names; with compat, if it has
 * any but the very first one of the MX, which the Python tool leaves out of the score. */
static bool
find_groups(struct finding *f, const struct inference *in, const struct view *v,
    const struct view_address *a)
{
	bool counts = false;

	for (size_t i = 0; i < a->hosts_n; i++) {
		const struct population_host *host = view_host(v, in->population, a, i);
		const struct cert_entry *c = cert_table_trusted(in->certs, host);

		if (!c)
			continue;
		counts = counts || !in->options.compat || f->found || c->names_n > 1;
		find(f, cert_groups_id(in->groups, in->population, c->name));
	}
	return counts;
}

static bool
by_certificate(struct identify *x, const struct inference *in, const struct view_mx *mx,
    struct mx_answer *answer)
{
	struct finding f = {false};
	bool any = false;

	for (size_t i = 0; i < mx->addresses_n; i++) {
		const struct view_address *a = view_address(&x->view, mx, i);

		if (find_groups(&f, in, &x->view, a)) {
			raise_score(answer, in->counts->address[a->base]);
			any = true;
		}
	}
	if (!f.found || f.disagree)
		return false;
	if (any)
		raise_score(answer, in->counts->rd[f.id]);
	answer->id = f.id;
	answer->source = MX_SOURCE_TLS;
	return true;
}

/* The registered domain of a host that a greeting names, if there is one. */
static bool
find_greeting(struct finding *f, const struct inference *in, uint32_t name)
{
	uint32_t rd = in->population->name_rd[name];

	if (!rd)
		return false;
	find(f, rd);
	return true;
}

static bool
by_greeting(struct identify *x, const struct inference *in, const struct view_mx *mx,
    struct mx_answer *answer)
{
	struct finding f = {false};

	for (size_t i = 0; i < mx->addresses_n; i++) {
		const struct view_address *a = view_address(&x->view, mx, i);
		bool named = false;

		for (size_t k = 0; k < a->hosts_n; k++) {
			const struct population_host *host =
			    view_host(&x->view, in->population, a, k);

			named = find_greeting(&f, in, host->banner) || named;
			named = find_greeting(&f, in, host->ehlo) || named;
		}
		if (named)
			raise_score(answer, in->counts->address[a->base]);
	}
	if (!f.found || f.disagree)
		return false;
	raise_score(answer, in->counts->mx[mx->name]);
	answer->id = f.id;
	answer->source = MX_SOURCE_GREETING;
	return true;
}

static bool
by_name(const struct inference *in, const struct view_mx *mx, struct mx_answer *answer)
{
	answer->id = in->population->name_rd[mx->name];
	answer->source = answer->id ? MX_SOURCE_MX : MX_SOURCE_NONE;
	return answer->id;
}

/* Step 4. */
static bool
find_id(struct identify *x, const struct inference *in, const struct view_mx *mx,
    struct mx_answer *answer)
{
	/* A domain counts itself: the score of a model that does not have it is that. */
	const struct mx_answer none = {.mx = mx->name, .score = 1};

	*answer = none;
	if (!in->options.disable_tls && by_certificate(x, in, mx, answer))
		return true;
	*answer = none;
	if (!in->options.disable_banner && by_greeting(x, in, mx, answer))
		return true;
	*answer = none;
	return by_name(in, mx, answer);
}

static void
identify_mx(struct identify *x, const struct inference *in, const struct view_mx *mx,
    struct mx_answer *answer)
{
	const struct identify_options *o = &in->options;
	struct span id;

	answer->ok = find_id(x, in, mx, answer);
	if (!answer->ok)
		return;
	if (!o->disable_heuristics && answer->source != MX_SOURCE_MX &&
	    (o->compat ? answer->score < o->heuristics_threshold
		       : answer->score <= o->heuristics_threshold))
		misidentify(x, in, mx, answer);
	id = intern_text(
	    &in->population->names, answer->corrected == 1 ? answer->new_id : answer->id);
	answer->id_company = company_of(in->companies, id);
	answer->company = o->map_company ? answer->id_company : 0;
}

static int
compare_texts(struct span a, struct span b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : a.n < b.n ? -1 : a.n > b.n;
}

static int
by_mx_name(const void *a, const void *b, void *state)
{
	const struct population *p = state;
	const struct mx_answer *x = a, *y = b;

	return compare_texts(intern_text(&p->names, x->mx), intern_text(&p->names, y->mx));
}

void
identify_node(struct identify *x, const struct inference *in, uint32_t node)
{
	x->answers_n = 0;
	view_build(&x->view, in->population, node);
	for (size_t i = 0; i < x->view.mx_n; i++) {
		if (!x->view.mx[i].primary)
			continue;
		x->answers =
		    intern_beside(x->answers, &x->answers_room, x->answers_n, sizeof *x->answers);
		identify_mx(x, in, &x->view.mx[i], &x->answers[x->answers_n++]);
	}
	if (x->answers_n > 1)
		qsort_r(x->answers, x->answers_n, sizeof *x->answers, by_mx_name,
		    (void *)(uintptr_t)in->population);
}
