/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/ascription.h"

#include <stdlib.h>

enum { CLIENTS_MAX = 64 /* of a set that are told apart; with more nothing is ascribed */ };

/* A client by what it delivered of the set. */
struct delivery {
	const struct sender *from;
	struct span domain; /* of the envelope sender */
};

struct deliveries {
	struct delivery named[CLIENTS_MAX], nameless[CLIENTS_MAX];
	size_t named_n, nameless_n;
	bool too_many;
};

static bool
same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* Operators by name are in small letters: "AS64500" is none. */
static bool
is_nameless(const struct sender *s)
{
	const char *operator= sender_alone(s);

	return s->address && !(s->name && s->name[0]) &&
			     operator&&(same(operator, s->address) || !strncmp(operator, "AS", 2));
}

/* p == NULL: there is none, so it is nobody's. */
static struct span
domain_of(const char *mail_from)
{
	const char *at = mail_from ? strrchr(mail_from, '@') : NULL;

	return at && at[1] ? span_str(at + 1) : (struct span){NULL, 0};
}

static bool
is_of_probe(const struct probe *p, const struct item *i)
{
	return i->kind == ITEM_MAIL && (!i->testcase || i->testcase == p->testcase) &&
	       (!i->token || span_ieq(span_str(i->token), span_str(p->token)));
}

static void
add(struct deliveries *d, const struct item *mail)
{
	bool nameless = is_nameless(&mail->from);
	struct delivery *v = nameless ? d->nameless : d->named;
	size_t *n = nameless ? &d->nameless_n : &d->named_n;
	struct delivery one = {&mail->from, domain_of(mail->mail_from)};

	if (!one.domain.p || (!nameless && !(mail->from.name && mail->from.name[0])))
		return;
	for (size_t i = 0; i < *n; i++)
		if (same(v[i].from->address, mail->from.address) &&
		    span_ieq(v[i].domain, one.domain) && same(v[i].from->helo, mail->from.helo) &&
		    same(sender_alone(v[i].from), sender_alone(&mail->from)))
			return;
	if (*n == CLIENTS_MAX)
		d->too_many = true;
	else
		v[(*n)++] = one;
}

static void
gather(const struct probe_set *set, struct deliveries *d)
{
	for (size_t p = 0; p < set->probes_n; p++)
		for (size_t i = 0; i < set->probes[p].items_n; i++)
			if (is_of_probe(&set->probes[p], &set->probes[p].items[i]))
				add(d, &set->probes[p].items[i]);
}

static bool
is_below(const char *helo, const char *domain)
{
	struct span name = span_str(helo ? helo : ""), under = span_str(domain);

	if (span_ieq(name, under))
		return true;
	return name.n > under.n + 1 && name.p[name.n - under.n - 1] == '.' &&
	       span_ieq(span_from(name, name.n - under.n), under);
}

static enum ascribed
fits(const struct delivery *nameless, const struct delivery *named)
{
	uint32_t as = nameless->from->as_number, as_named = named->from->as_number;

	if (!span_ieq(nameless->domain, named->domain))
		return ASCRIBED_NOT;
	if (as && as_named)
		return as == as_named ? ASCRIBED_AS : ASCRIBED_NOT;
	return is_below(nameless->from->helo, sender_alone(named->from)) ? ASCRIBED_HELO
									 : ASCRIBED_NOT;
}

/* The one operator that the address fits; NULL: there is none, or several. */
static const char *
operator_of(const struct deliveries *d, const char *address, enum ascribed *how)
{
	const char *found = NULL;

	*how = ASCRIBED_NOT;
	for (size_t i = 0; i < d->nameless_n && !d->too_many; i++)
		for (size_t k = 0; k < d->named_n && same(d->nameless[i].from->address, address);
		     k++) {
			enum ascribed fit = fits(&d->nameless[i], &d->named[k]);
			const char *operator= sender_alone(d->named[k].from);

			if (fit == ASCRIBED_NOT)
				continue;
			if (found && !same(found, operator))
				return NULL;
			found = operator;
			if (*how != ASCRIBED_AS)
				*how = fit;
		}
	return found;
}

/* An operator by what it was the first to deliver of the set. */
struct candidate {
	const char *operator;
	size_t firsts;           /* probes */
	const struct item *root; /* its first mail for the root of all controls; NULL: none */
};

struct candidates {
	struct candidate v[CLIENTS_MAX]; /* more are nobody's */
	size_t n;
};

static const char *
operator_of_mail(const struct deliveries *d, const struct item *mail)
{
	enum ascribed how;
	const char *operator= is_nameless(&mail->from) ? operator_of(d, mail->from.address, &how)
						       : NULL;

	return operator? operator: sender_alone(&mail->from);
}

static struct candidate *
candidate_of(struct candidates *c, const char *operator)
{
	for (size_t i = 0; i < c->n; i++)
		if (same(c->v[i].operator, operator))
			return &c->v[i];
	if (c->n == CLIENTS_MAX)
		return NULL;
	c->v[c->n] = (struct candidate){operator, 0, NULL};
	return &c->v[c->n++];
}

static void
take_probe(struct candidates *c, const struct deliveries *d, const struct probe *p)
{
	const struct item *first = NULL;
	struct candidate *of;

	for (size_t i = 0; i < p->items_n; i++) {
		const struct item *item = &p->items[i];

		if (!is_of_probe(p, item) || !item->from.operator|| !item->from.operator[0])
			continue;
		if (!first || item->time_us < first->time_us)
			first = item;
		of = p->testcase->controls_n ? NULL : candidate_of(c, operator_of_mail(d, item));
		if (of && (!of->root || item->time_us < of->root->time_us))
			of->root = item;
	}
	of = first ? candidate_of(c, operator_of_mail(d, first)) : NULL;
	if (of)
		of->firsts++;
}

/* Whose it is: of those who delivered the root of all controls, who was the first with most of the
 * probes.  Whoever has seen one address is first with that one alone, and who replies to all is
 * first with none; of two who are equal it is who came first with the root. */
static void
find_owner(struct probe_set *set, const struct deliveries *d)
{
	struct candidates c = {.n = 0};
	const struct candidate *best = NULL;

	for (size_t p = 0; p < set->probes_n; p++)
		take_probe(&c, d, &set->probes[p]);
	for (size_t i = 0; i < c.n; i++) {
		const struct candidate *one = &c.v[i];

		if (one->root &&
		    (!best || one->firsts > best->firsts ||
			(one->firsts == best->firsts && one->root->time_us < best->root->time_us)))
			best = one;
	}
	set->operator= best ? best->operator: NULL;
	set->from_domain = best ? best->root->text : set->from_domain;
}

static void
ascribe_item(struct probe_set *set, const struct deliveries *d, struct item *item)
{
	struct sender *from = &item->from;
	enum ascribed how;

	if (!is_nameless(from) || !same(operator_of(d, from->address, &how), set->operator))
		return;
	from->alone = sender_alone(from);
	from->operator= set->operator;
	from->ascribed = how;
	if (how == ASCRIBED_HELO && item->certainty == CERTAIN)
		item->certainty = PROBABLE;
}

void
ascribe(struct probe_set *set)
{
	struct deliveries d = {.named_n = 0};

	gather(set, &d);
	find_owner(set, &d);
	for (size_t p = 0; set->operator&& p<set->probes_n; p++)
		for (size_t i = 0; i < set->probes[p].items_n; i++) {
			struct item *item = &set->probes[p].items[i];

			ascribe_item(set, &d, item);
			item->foreign |= item->from.operator&& item->from.operator[0] &&
					 strcmp(item->from.operator, set->operator) != 0;
		}
}

static int
compare_clients(const void *x, const void *y)
{
	const struct ascribed_client *a = x, *b = y;

	return strcmp(a->address, b->address);
}

void
ascription_list(struct arena *a, struct probe_set *set)
{
	set->ascribed_n = 0;
	for (size_t p = 0; p < set->probes_n; p++)
		for (size_t i = 0; i < set->probes[p].items_n; i++) {
			const struct sender *from = &set->probes[p].items[i].from;
			size_t k = 0;

			if (from->ascribed == ASCRIBED_NOT)
				continue;
			if (!set->ascribed_n)
				set->ascribed = arena_alloc(a, CLIENTS_MAX * sizeof *set->ascribed);
			while (
			    k < set->ascribed_n && !same(set->ascribed[k].address, from->address))
				k++;
			if (k == set->ascribed_n) /* no more than delivered: CLIENTS_MAX */
				set->ascribed[set->ascribed_n++] = (struct ascribed_client){
				    from->address, from->as_number, from->ascribed};
		}
	if (set->ascribed_n)
		qsort(set->ascribed, set->ascribed_n, sizeof *set->ascribed, compare_clients);
}
