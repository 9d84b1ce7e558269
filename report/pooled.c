/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/pooled.h"

static void
add_client(struct arena *a, struct pooled *p, const struct ascribed_client *client)
{
	size_t k = 0;

	while (k < p->clients_n && (p->clients[k].client.how != client->how ||
				       strcmp(p->clients[k].client.address, client->address) != 0))
		k++;
	if (k == POOLED_CLIENTS_MAX)
		return;
	if (k == p->clients_room) {
		p->clients_room = k ? 2 * k : 2;
		p->clients = arena_grow(a, p->clients, k, p->clients_room, sizeof *p->clients);
	}
	if (k == p->clients_n) {
		p->clients[p->clients_n++] = (struct pooled_client){.client = *client};
		p->clients[k].client.address = arena_dup(a, span_str(client->address));
	}
	p->clients[k].sets_n++;
}

void
pooled_add(struct arena *a, struct pooled *p, const struct probe_set *set)
{
	p->ascribed_n += set->ascribed_n != 0;
	for (size_t i = 0; i < set->ascribed_n; i++)
		add_client(a, p, &set->ascribed[i]);
	for (size_t i = 0; i < set->greylisting_n; i++)
		greylisting_add(a, &p->greylisting, &set->greylisting[i]);
}

void
pooled_add_verdict(struct arena *a, struct pooled *p, size_t capability, const struct verdict *v)
{
	const struct either *e = v->either;
	size_t k = 0;

	if (!e)
		return;
	while (k < p->eithers_n && (p->eithers[k].capability != capability ||
				       strcmp(p->eithers[k].said.of, e->of) != 0))
		k++;
	if (k == p->eithers_room) {
		p->eithers_room = k ? 2 * k : 2;
		p->eithers = arena_grow(a, p->eithers, k, p->eithers_room, sizeof *p->eithers);
	}
	if (k == p->eithers_n) {
		p->eithers[p->eithers_n++] =
		    (struct pooled_either){.said = *e, .capability = capability};
		p->eithers[k].said.of = arena_dup(a, span_str(e->of));
	}
	p->eithers[k].sets_n++;
}

size_t
pooled_together(const struct pooled *p, size_t capability, const struct verdict **v, size_t max)
{
	size_t n = 0;

	for (size_t k = 0; k < p->eithers_n && n < max; k++)
		if (p->eithers[k].capability == capability &&
		    p->eithers[k].sets_n == p->eithers[k].said.sets_n)
			v[n++] = &p->eithers[k].said.verdict;
	return n;
}
