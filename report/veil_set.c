/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a set and its verdicts hold what veil.h replaces. */
#include "report/veil_parts.h"

/* Its local part as a word of its own: "<alice>: user unknown". */
static void
know_mailbox(struct veil *v, struct arena *a, const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;
	const char *veiled;
	size_t n;

	if (!at)
		return;
	veiled = veil_text(v, a, address);
	n = (size_t)(strrchr(veiled, '@') - veiled);
	veil_know(v, arena_dup(a, (struct span){address, (size_t)(at - address)}),
	    arena_dup(a, (struct span){veiled, n}));
}

static void
know_item(struct veil *v, struct arena *a, const struct item *i)
{
	if (i->from.name)
		veil_know(v, i->from.name, veil_host(v, a, i->from.name));
	if (i->from.helo)
		veil_know(v, i->from.helo, veil_host(v, a, i->from.helo));
	know_mailbox(v, a, i->mail_from);
}

static void
know_set(struct veil *v, struct arena *a, const struct probe_set *set)
{
	veil_forget(v);
	veil_know(v, set->participant, veil_participant(v, a, set->participant));
	know_mailbox(v, a, set->address);
	for (size_t p = 0; p < set->probes_n; p++)
		for (size_t i = 0; i < set->probes[p].items_n; i++)
			know_item(v, a, &set->probes[p].items[i]);
}

static void
veil_item(struct veil *v, struct arena *a, struct item *i)
{
	i->id = veil_id(v, a, i->id);
	i->session = veil_id(v, a, i->session);
	i->from.address = veil_address(v, a, i->from.address);
	i->from.name = veil_host(v, a, i->from.name);
	i->from.helo = veil_host(v, a, i->from.helo);
	i->from.operator= veil_operator(v, a, i->from.operator);
	i->from.alone = veil_operator(v, a, i->from.alone);
	i->tls_error = veil_text(v, a, i->tls_error);
	i->mail_from = veil_text(v, a, i->mail_from);
	i->text = i->kind == ITEM_MAIL ? veil_operator(v, a, i->text) : veil_text(v, a, i->text);
	i->resolver = veil_address(v, a, i->resolver);
	i->name = veil_text(v, a, i->name);
	i->resolver_operator = veil_operator(v, a, i->resolver_operator);
}

static void
veil_verdict(struct veil *v, struct arena *a, struct verdict *x)
{
	x->note = veil_text(v, a, x->note);
	x->resolver = veil_operator(v, a, x->resolver);
}

void
veil_set(struct veil *v, struct arena *a, struct probe_set *set, struct verdicts *verdicts)
{
	if (!v)
		return;
	know_set(v, a, set);
	for (size_t p = 0; p < set->probes_n; p++)
		for (size_t i = 0; i < set->probes[p].items_n; i++)
			veil_item(v, a, &set->probes[p].items[i]);
	/* Ids of health records are of our own parts and times alone. */
	for (size_t h = 0; h < set->health_n; h++)
		set->health[h].detail = veil_text(v, a, set->health[h].detail);
	for (size_t i = 0; i < verdicts->n; i++)
		veil_verdict(v, a, &verdicts->v[i]);
	for (size_t i = 0; i < verdicts->cases_n; i++)
		veil_verdict(v, a, &verdicts->cases[i]);
	for (size_t i = 0; i < set->ascribed_n; i++)
		set->ascribed[i].address = veil_address(v, a, set->ascribed[i].address);
	set->participant = veil_participant(v, a, set->participant);
	set->address = veil_text(v, a, set->address);
	set->provider = veil_text(v, a, set->provider);
	set->operator= veil_operator(v, a, set->operator);
	set->from_domain = veil_operator(v, a, set->from_domain);
}
