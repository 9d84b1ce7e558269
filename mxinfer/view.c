/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/view.h"

#include <stdlib.h>

enum { FEW = 12 }; /* links that are sorted without qsort, whose own work would be more */

void
view_free(struct view *v)
{
	free(v->mx);
	free(v->addresses);
	free(v->places);
	free(v->hosts);
	free(v->links);
	*v = (struct view){0};
}

static int
compare(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int
by_mx(const void *a, const void *b)
{
	const struct view_link *x = a, *y = b;
	int order = compare(x->mx, y->mx);

	order = order ? order : compare(x->preference, y->preference);
	order = order ? order : compare(x->base, y->base);
	order = order ? order : compare(x->address, y->address);
	return order ? order : compare(x->at, y->at);
}

static void
sort_links(struct view *v)
{
	if (v->links_n > FEW) {
		qsort(v->links, v->links_n, sizeof *v->links, by_mx);
		return;
	}
	for (size_t i = 1; i < v->links_n; i++) {
		struct view_link link = v->links[i];
		size_t at = i;

		for (; at > 0 && by_mx(&v->links[at - 1], &link) > 0; at--)
			v->links[at] = v->links[at - 1];
		v->links[at] = link;
	}
}

static void
gather_links(struct view *v, const struct population *p, uint32_t node)
{
	size_t n = 0;

	for (uint32_t at = node; at; at = population_node(p, at)->before)
		n++;
	v->links = intern_beside(v->links, &v->links_room, n, sizeof *v->links);
	v->links_n = n;
	for (uint32_t at = node; at; at = population_node(p, at)->before) {
		const struct population_link *link =
		    population_link(p, population_node(p, at)->link);

		n--;
		v->links[n] = (struct view_link){
		    .mx = link->mx,
		    .address = link->address,
		    .base = link->address ? p->address_base[link->address] : 0,
		    .host = link->host,
		    .preference = link->preference,
		    .at = (uint32_t)n,
		};
	}
}

static void
add_host(struct view *v, struct view_address *a, const struct population *p, uint32_t host)
{
	const struct population_host *said;

	if (!host)
		return;
	for (size_t i = 0; i < a->hosts_n && i < 16; i++)
		if (v->hosts[a->hosts_at + i] == host)
			return;
	v->hosts = intern_beside(v->hosts, &v->hosts_room, v->hosts_n, sizeof *v->hosts);
	v->hosts[v->hosts_n++] = host;
	a->hosts_n++;
	said = population_host(p, host);
	a->smtp = a->smtp || said->cert || (said->flags & (FACT_HAS_BANNER | FACT_HAS_EHLO));
}

static struct view_address *
new_address(struct view *v, const struct view_link *link)
{
	struct view_address *a;

	v->addresses =
	    intern_beside(v->addresses, &v->addresses_room, v->addresses_n, sizeof *v->addresses);
	a = &v->addresses[v->addresses_n++];
	*a = (struct view_address){.id = link->address,
	    .base = link->base,
	    .hosts_at = v->hosts_n,
	    .first_link = link->at};
	return a;
}

/* What is known of the address whichever domain's it is. */
static void
add_facts(struct view *v, struct view_address *a, const struct population *p, uint32_t id)
{
	for (uint32_t fact = p->address_facts[id]; fact; fact = p->fact_next[fact])
		add_host(v, a, p, intern_words(&p->facts, fact)[1]);
}

static void
add_place(struct view *v, struct view_mx *mx, size_t address)
{
	v->places = intern_beside(v->places, &v->places_room, v->places_n, sizeof *v->places);
	v->places[v->places_n++] = (uint32_t)address;
	mx->addresses_n++;
}

static struct view_mx *
new_mx(struct view *v, const struct view_link *link)
{
	struct view_mx *mx;

	v->mx = intern_beside(v->mx, &v->mx_room, v->mx_n, sizeof *v->mx);
	mx = &v->mx[v->mx_n++];
	*mx = (struct view_mx){.name = link->mx,
	    .preference = link->preference,
	    .addresses_at = v->places_n,
	    .first_link = link->at};
	return mx;
}

/* The links from i on that are about the same MX and address as the first of them: one address.
 * What its rows and its scans say adds up; the Python tool keeps the last.  Gives the link behind
 * them. */
static size_t
gather_address(struct view *v, const struct population *p, struct view_mx *mx, size_t i)
{
	const struct view_link *first = &v->links[i];
	struct view_address *a = NULL;

	if (first->address) {
		add_place(v, mx, v->addresses_n);
		a = new_address(v, first);
	}
	for (; i < v->links_n; i++) {
		const struct view_link *link = &v->links[i];
		bool last = i + 1 == v->links_n || v->links[i + 1].mx != link->mx ||
			    v->links[i + 1].preference != link->preference ||
			    v->links[i + 1].base != link->base;

		mx->first_link = link->at < mx->first_link ? link->at : mx->first_link;
		if (a && (last || !p->compat))
			add_host(v, a, p, link->host);
		if (a && (last || v->links[i + 1].address != link->address))
			add_facts(v, a, p, link->address);
		if (last)
			break;
	}
	return i + 1;
}

static int
by_first_link(const void *a, const void *b)
{
	const struct view_mx *x = a, *y = b;

	return compare(x->first_link, y->first_link);
}

static int
by_first_row(const void *a, const void *b, void *state)
{
	const struct view *v = state;
	const uint32_t *x = a, *y = b;

	return compare(v->addresses[*x].first_link, v->addresses[*y].first_link);
}

/* The order of the rows, on which the Python tool's answers depend. */
static void
sort_by_rows(struct view *v)
{
	for (size_t i = 0; i < v->mx_n; i++)
		if (v->mx[i].addresses_n)
			qsort_r(v->places + v->mx[i].addresses_at, v->mx[i].addresses_n,
			    sizeof *v->places, by_first_row, v);
	if (v->mx_n)
		qsort(v->mx, v->mx_n, sizeof *v->mx, by_first_link);
}

/* Each pair of MX name and preference once, with its addresses. */
static void
gather_mx(struct view *v, const struct population *p)
{
	sort_links(v);
	for (size_t i = 0; i < v->links_n;) {
		struct view_mx *mx = new_mx(v, &v->links[i]);

		while (i < v->links_n && v->links[i].mx == mx->name &&
		       v->links[i].preference == mx->preference)
			i = gather_address(v, p, mx, i);
	}
	if (p->compat)
		sort_by_rows(v);
}

static bool
has_smtp(const struct view *v, const struct view_mx *mx)
{
	for (size_t i = 0; i < mx->addresses_n; i++)
		if (view_address(v, mx, i)->smtp)
			return true;
	return false;
}

static void
drop_addresses_without_smtp(struct view *v, struct view_mx *mx)
{
	size_t n = mx->addresses_n;

	mx->addresses_n = 0;
	for (size_t i = 0; i < n; i++)
		if (v->addresses[v->places[mx->addresses_at + i]].smtp)
			v->places[mx->addresses_at + mx->addresses_n++] =
			    v->places[mx->addresses_at + i];
}

/* Step 1. */
static void
find_primary(struct view *v, bool compat)
{
	uint32_t best = UINT32_MAX;

	for (size_t i = 0; i < v->mx_n; i++)
		if (v->mx[i].preference < best && has_smtp(v, &v->mx[i]))
			best = v->mx[i].preference;
	for (size_t i = 0; i < v->mx_n; i++) {
		struct view_mx *mx = &v->mx[i];

		mx->primary = mx->preference == best && (compat || has_smtp(v, mx));
		if (mx->primary)
			drop_addresses_without_smtp(v, mx);
	}
}

void
view_build(struct view *v, const struct population *p, uint32_t node)
{
	v->mx_n = v->addresses_n = v->places_n = v->hosts_n = 0;
	gather_links(v, p, node);
	gather_mx(v, p);
	find_primary(v, p->compat);
}

static void
add_as(uint32_t **as, size_t *n, size_t *room, size_t from, uint32_t number)
{
	for (size_t i = from; i < *n; i++)
		if ((*as)[i] == number)
			return;
	*as = intern_beside(*as, room, *n, sizeof **as);
	(*as)[(*n)++] = number;
}

void
view_as(const struct view *v, const struct population *p, const struct view_address *a,
    uint32_t **as, size_t *n, size_t *room)
{
	uint32_t found[FACT_AS_MAX];
	struct ip ip = population_ip(p, a->id);
	size_t from = *n, found_n = as_table_find(p->as_table, &ip, found);

	for (size_t i = 0; i < a->hosts_n; i++) {
		uint32_t set = view_host(v, p, a, i)->as;
		size_t set_n;
		const uint32_t *words = population_words(&p->as_sets, set, &set_n);

		for (size_t k = 0; k < set_n; k++)
			add_as(as, n, room, from, words[k]);
	}
	for (size_t i = 0; i < found_n; i++)
		add_as(as, n, room, from, found[i]);
}
