/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view - the facts of one domain, gathered from its path in the population: its MX names, their
 * addresses, what is known of each; and which MX are primary (emt-mxinfer(1), step 1).
 *
 * A view is filled again and again and keeps its memory; each thread has its own. */
#ifndef EMT_MXINFER_VIEW_H
#define EMT_MXINFER_VIEW_H

#include "mxinfer/population.h"

struct view_address {
	uint32_t id;              /* in the population */
	uint32_t base;            /* the same without variant: what is counted */
	bool smtp;                /* somebody answered: a banner, an EHLO answer or a certificate */
	size_t hosts_at, hosts_n; /* in view.hosts: what was said there, ids */
	uint32_t first_link;      /* the place of the first row about it */
};

/* An MX is a pair of name and preference. */
struct view_mx {
	uint32_t name;
	uint32_t preference;
	bool primary;
	size_t addresses_at, addresses_n; /* in view.places; those of a primary one have SMTP */
	uint32_t first_link;              /* the place of the first row about it */
};

struct view {
	struct view_mx *mx; /* by name id and preference; with compat as they came */
	size_t mx_n, mx_room;
	struct view_address *addresses;
	size_t addresses_n, addresses_room;
	uint32_t *places; /* indices into addresses */
	size_t places_n, places_room;
	uint32_t *hosts;
	size_t hosts_n, hosts_room;
	struct view_link {
		uint32_t mx, address, base, host, preference;
		uint32_t at; /* its place in the order of the rows */
	} * links;
	size_t links_n, links_room;
};

void view_free(struct view *v);

/* Fills v with the facts of a domain that ends at `node` (0: one without any). */
void view_build(struct view *v, const struct population *p, uint32_t node);

static inline const struct view_address *
view_address(const struct view *v, const struct view_mx *mx, size_t i)
{
	return &v->addresses[v->places[mx->addresses_at + i]];
}

static inline const struct population_host *
view_host(const struct view *v, const struct population *p, const struct view_address *a, size_t i)
{
	return population_host(p, v->hosts[a->hosts_at + i]);
}

/* Appends the AS numbers of an address to *as, an array of room *room of which *n are used; each of
 * the new ones once. */
void view_as(const struct view *v, const struct population *p, const struct view_address *a,
    uint32_t **as, size_t *n, size_t *room);

#endif
