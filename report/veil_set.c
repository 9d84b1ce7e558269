/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a set and its verdicts hold what veil.h replaces. */
#include "base/buf.h"
#include "report/veil_parts.h"

/* Below which cut of the case's zones: "v6only" of v4-mail.v6only. */
static const char *
cut_of(const struct testcase *t)
{
	const char *dot = strrchr(t->name, '.');

	return dot ? dot + 1 : t->name;
}

static void
veil_query_of(struct veil *v, struct arena *a, struct item *i, const struct probe *p)
{
	const struct testcase *t = i->testcase ? i->testcase : p->testcase;

	if (i->kind == ITEM_CUT)
		i->name = veil_query(v, a, i->name, NULL, cut_of(t));
	else
		i->name = veil_query(v, a, i->name, p->token, t->name);
	i->type = veil_words(v, a, i->type);
	i->text = i->name;
}

static void
veil_item(struct veil *v, struct arena *a, struct item *i, const struct probe_set *set,
    const struct probe *p)
{
	const char *operator= i->from.operator&& * i->from.operator
	    ? i->from.operator: set->operator;

	i->id = veil_id(v, a, i->id);
	i->session = veil_id(v, a, i->session);
	i->from.address = veil_address(v, a, i->from.address);
	i->from.name = veil_host(v, a, i->from.name, operator);
	i->from.helo = veil_host(v, a, i->from.helo, operator);
	i->from.operator= veil_operator(v, a, i->from.operator);
	i->from.alone = veil_operator(v, a, i->from.alone);
	i->tls = veil_words(v, a, i->tls);
	i->cipher = veil_cipher(v, a, i->cipher);
	i->tls_error = veil_words(v, a, i->tls_error);
	i->end = veil_words(v, a, i->end);
	i->undelivered = veil_words(v, a, i->undelivered);
	i->status = veil_status(v, a, i->status);
	i->mail_from = veil_mailbox(v, a, i->mail_from, operator);
	i->resolver = veil_address(v, a, i->resolver);
	i->resolver_operator = veil_operator(v, a, i->resolver_operator);
	if (i->kind == ITEM_QUERY || i->kind == ITEM_CUT)
		veil_query_of(v, a, i, p);
	else if (i->kind == ITEM_MAIL)
		i->text = veil_domain(v, a, i->text, operator);
	else
		i->text = veil_words(v, a, i->text);
}

/* Words of ours, in which `part` may be free text. */
static const char *
veil_part(struct veil *v, struct arena *a, const char *note, const char *part)
{
	const char *at = note && part && *part ? strstr(note, part) : NULL;

	if (!at)
		return note;
	return arena_printf(
	    a, "%.*s%s%s", (int)(at - note), note, veil_words(v, a, part), at + strlen(part));
}

/* Before items and health are veiled: their texts are looked for. */
static void
veil_verdict(struct veil *v, struct arena *a, struct verdict *x, const struct probe_set *set)
{
	for (size_t i = 0; x->note && i < x->health_n; i++)
		if (!x->health[i]->ok)
			x->note = veil_part(v, a, x->note, x->health[i]->detail);
	for (size_t h = 0; x->note && h < set->health_n; h++)
		if (!set->health[h].ok)
			x->note = veil_part(v, a, x->note, set->health[h].detail);
	for (size_t p = 0; x->note && p < set->probes_n; p++)
		for (size_t i = 0; i < set->probes[p].items_n; i++)
			x->note = veil_part(v, a, x->note, set->probes[p].items[i].undelivered);
	x->resolver = veil_operator(v, a, x->resolver);
}

void
veil_set(struct veil *v, struct arena *a, struct probe_set *set, struct verdicts *verdicts)
{
	if (!v)
		return;
	for (size_t i = 0; i < verdicts->n; i++)
		veil_verdict(v, a, &verdicts->v[i], set);
	for (size_t i = 0; i < verdicts->cases_n; i++)
		veil_verdict(v, a, &verdicts->cases[i], set);
	for (size_t p = 0; p < set->probes_n; p++)
		for (size_t i = 0; i < set->probes[p].items_n; i++)
			veil_item(v, a, &set->probes[p].items[i], set, &set->probes[p]);
	/* Ids of health records are of our own parts and times alone. */
	for (size_t h = 0; h < set->health_n; h++)
		set->health[h].detail = veil_words(v, a, set->health[h].detail);
	for (size_t i = 0; i < set->ascribed_n; i++)
		set->ascribed[i].address = veil_address(v, a, set->ascribed[i].address);
	set->participant = veil_participant(v, a, set->participant);
	set->address = veil_mailbox(v, a, set->address, set->operator);
	set->provider = veil_provider(v, a, set->provider);
	set->from_domain = veil_domain(v, a, set->from_domain, set->operator);
	set->operator= veil_operator(v, a, set->operator);
}
