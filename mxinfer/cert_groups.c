/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/cert_groups.h"

#include <stdlib.h>

#include "base/arena.h"

void
cert_groups_init(struct cert_groups *g, size_t names_n)
{
	*g = (struct cert_groups){
	    .parent = must(malloc((names_n + 1) * sizeof *g->parent)),
	    .best = must(calloc(names_n + 1, sizeof *g->best)),
	    .names_n = names_n,
	};
	for (size_t i = 0; i <= names_n; i++)
		g->parent[i] = (uint32_t)i;
}

void
cert_groups_free(struct cert_groups *g)
{
	free(g->parent);
	free(g->best);
	*g = (struct cert_groups){0};
}

uint32_t
cert_groups_root(struct cert_groups *g, uint32_t name)
{
	/* Each step makes a name point to its grandparent: the path halves on the way. */
	while (g->parent[name] != name)
		name = g->parent[name] = g->parent[g->parent[name]];
	return name;
}

void
cert_groups_join(struct cert_groups *g, uint32_t a, uint32_t b)
{
	a = cert_groups_root(g, a);
	b = cert_groups_root(g, b);
	/* Which one stays the root is nothing to the result. */
	if (a < b)
		g->parent[b] = a;
	else
		g->parent[a] = b;
}

void
cert_groups_add(struct cert_groups *g, const struct population *p, const struct cert_table *t,
    const struct counts *counts)
{
	for (size_t id = 1; id <= p->certs.n; id++) {
		const struct cert_entry *c = &t->certs[id];
		size_t n;
		const uint32_t *names = population_words(&p->certs, (uint32_t)id, &n);

		for (size_t i = 0; counts->cert_used[id] && c->name && i < n; i++)
			if (p->name_rd[names[i]] || p->compat)
				cert_groups_join(g, c->name, names[i]);
	}
}

/* Is name a the better one to call the group by? */
static bool
is_better(const struct population *p, const struct counts *counts, uint32_t a, uint32_t b)
{
	uint32_t a_n = counts->rd[p->name_rd[a]], b_n = counts->rd[p->name_rd[b]];
	struct span s, t;
	int order;

	if (a_n != b_n)
		return a_n > b_n;
	s = intern_text(&p->names, a);
	t = intern_text(&p->names, b);
	order = memcmp(s.p, t.p, s.n < t.n ? s.n : t.n);
	return order ? order < 0 : s.n < t.n;
}

void
cert_groups_ready(struct cert_groups *g, const struct population *p, const struct counts *counts)
{
	for (uint32_t name = 1; name <= g->names_n; name++) {
		uint32_t root = cert_groups_root(g, name);

		g->parent[name] = root;
		/* What has no registered domain never was on a certificate that counts. */
		if (!p->name_rd[name] && !p->compat)
			continue;
		if (!g->best[root] || is_better(p, counts, name, g->best[root]))
			g->best[root] = name;
	}
}
