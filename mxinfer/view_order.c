/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/view_order.h"

#include <stdlib.h>

struct context {
	const struct view *v;
	const struct population *p;
};

static int
compare_names(const struct population *p, uint32_t a, uint32_t b)
{
	struct span s = intern_text(&p->names, a), t = intern_text(&p->names, b);
	int order = memcmp(s.p, t.p, s.n < t.n ? s.n : t.n);

	return order ? order : s.n < t.n ? -1 : s.n > t.n;
}

static int
by_name(const void *a, const void *b, void *state)
{
	const struct context *c = state;
	const struct view_mx *x = a, *y = b;

	return compare_names(c->p, x->name, y->name);
}

static int
by_ip(const void *a, const void *b, void *state)
{
	const struct context *c = state;
	const uint32_t *x = a, *y = b;
	const struct population_address *s =
	    (const void *)intern_words(&c->p->addresses, c->v->addresses[*x].id);
	const struct population_address *t =
	    (const void *)intern_words(&c->p->addresses, c->v->addresses[*y].id);
	int order = s->v6 < t->v6 ? -1 : s->v6 > t->v6;

	order = order ? order : memcmp(s->octets, t->octets, sizeof s->octets);
	return order ? order : compare_names(c->p, s->variant, t->variant);
}

static int
compare_certs(const struct population *p, uint32_t a, uint32_t b)
{
	size_t a_n, b_n, i = 0;
	const uint32_t *s = population_words(&p->certs, a, &a_n);
	const uint32_t *t = population_words(&p->certs, b, &b_n);
	int order = 0;

	/* Their names stand in the order of numbers, but sets of one size differ somewhere. */
	if (a_n != b_n)
		return a_n < b_n ? -1 : 1;
	for (; i < a_n && !order; i++)
		order = compare_names(p, s[i], t[i]);
	return order;
}

static int
by_said(const void *a, const void *b, void *state)
{
	const struct context *c = state;
	const uint32_t *x = a, *y = b;
	const struct population_host *s = population_host(c->p, *x), *t = population_host(c->p, *y);
	int order = s->flags < t->flags ? -1 : s->flags > t->flags;

	order = order ? order : compare_names(c->p, s->banner, t->banner);
	order = order ? order : compare_names(c->p, s->ehlo, t->ehlo);
	return order ? order : compare_certs(c->p, s->cert, t->cert);
}

void
view_order(struct view *v, const struct population *p)
{
	struct context c = {v, p};

	if (p->compat)
		return;
	if (v->mx_n)
		qsort_r(v->mx, v->mx_n, sizeof *v->mx, by_name, &c);
	for (size_t i = 0; i < v->mx_n; i++)
		if (v->mx[i].addresses_n)
			qsort_r(v->places + v->mx[i].addresses_at, v->mx[i].addresses_n,
			    sizeof *v->places, by_ip, &c);
	for (size_t i = 0; i < v->addresses_n; i++)
		if (v->addresses[i].hosts_n)
			qsort_r(v->hosts + v->addresses[i].hosts_at, v->addresses[i].hosts_n,
			    sizeof *v->hosts, by_said, &c);
}
