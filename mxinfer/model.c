/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/model.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/keyed_hash.h"
#include "mxinfer/model_parts.h"

void
model_init(struct model *m, int64_t psl_utc)
{
	*m = (struct model){.psl_utc = psl_utc, .addresses.words_n = MODEL_ADDRESS_WORDS};
}

void
model_free(struct model *m)
{
	intern_free(&m->names);
	intern_records_free(&m->addresses);
	free(m->mx);
	free(m->rd);
	free(m->parent);
	free(m->address);
}

static uint32_t
sum(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

uint32_t
model_name(struct model *m, struct span text)
{
	size_t before = m->names.n;
	uint32_t id = intern_add(&m->names, text, keyed_hash(text));

	if (m->names.n == before)
		return id;
	m->mx = intern_beside(m->mx, &m->mx_room, id, sizeof *m->mx);
	m->rd = intern_beside(m->rd, &m->rd_room, id, sizeof *m->rd);
	m->parent = intern_beside(m->parent, &m->parent_room, id, sizeof *m->parent);
	m->mx[id] = m->rd[id] = 0;
	m->parent[id] = id;
	return id;
}

uint32_t
model_root(const struct model *m, uint32_t name)
{
	while (m->parent[name] != name)
		name = m->parent[name] = m->parent[m->parent[name]];
	return name;
}

void
model_join(struct model *m, uint32_t a, uint32_t b)
{
	a = model_root(m, a);
	b = model_root(m, b);
	m->parent[a < b ? b : a] = a < b ? a : b;
}

void
model_count_name(struct model *m, uint32_t name, uint32_t mx, uint32_t rd)
{
	m->mx[name] = sum(m->mx[name], mx);
	m->rd[name] = sum(m->rd[name], rd);
}

void
model_count_address(struct model *m, const uint32_t words[MODEL_ADDRESS_WORDS], uint32_t n)
{
	size_t before = m->addresses.n;
	uint32_t id = intern_record(&m->addresses, words);

	m->address = intern_beside(m->address, &m->address_room, id, sizeof *m->address);
	if (m->addresses.n > before)
		m->address[id] = 0;
	m->address[id] = sum(m->address[id], n);
}

/* Is the name in a group with others? */
static bool
is_grouped(const struct cert_groups *groups, const uint32_t *members, uint32_t name)
{
	return members[groups->parent[name]] > 1;
}

void
model_add(struct model *m, const struct population *p, const struct counts *counts,
    struct cert_groups *groups)
{
	uint32_t *members = must(calloc(p->names.n + 1, sizeof *members));
	uint32_t *ids = must(calloc(p->names.n + 1, sizeof *ids));

	m->domains_n += p->domains.n;
	for (uint32_t name = 1; name <= p->names.n; name++) {
		groups->parent[name] = cert_groups_root(groups, name);
		members[groups->parent[name]]++;
	}
	for (uint32_t name = 1; name <= p->names.n; name++) {
		if (!counts->mx[name] && !counts->rd[name] && !is_grouped(groups, members, name))
			continue;
		ids[name] = model_name(m, intern_text(&p->names, name));
		model_count_name(m, ids[name], counts->mx[name], counts->rd[name]);
	}
	for (uint32_t name = 1; name <= p->names.n; name++)
		if (is_grouped(groups, members, name))
			model_join(m, ids[name], ids[groups->parent[name]]);
	for (uint32_t id = 1; id <= p->addresses.n; id++)
		if (counts->address[id])
			model_count_address(
			    m, intern_words(&p->addresses, id), counts->address[id]);
	free(members);
	free(ids);
}

/* The id of a model's name in a population, or 0. */
static uint32_t
find_name(const struct model *m, const struct population *p, uint32_t name)
{
	struct span text = intern_text(&m->names, name);

	return intern_find(&p->names, text, keyed_hash(text));
}

void
model_join_names(const struct model *m, struct population *p)
{
	uint8_t *wanted = must(calloc(m->names.n + 1, 1)); /* by root: the population has one */

	for (uint32_t name = 1; name <= m->names.n; name++)
		if (find_name(m, p, name))
			wanted[model_root(m, name)] = 1;
	for (uint32_t name = 1; name <= m->names.n; name++)
		if (wanted[model_root(m, name)])
			population_name(p, intern_text(&m->names, name));
	free(wanted);
}

static void
apply_addresses(const struct model *m, const struct population *p, struct counts *counts)
{
	struct population_address address = {.variant = 0};

	memset(counts->address, 0, (counts->addresses_n + 1) * sizeof *counts->address);
	for (uint32_t id = 1; id <= m->addresses.n; id++) {
		uint32_t own;

		memcpy(address.octets, intern_words(&m->addresses, id), MODEL_ADDRESS_WORDS * 4);
		own = intern_find_record(&p->addresses, address.octets);
		if (own)
			counts->address[own] = m->address[id];
	}
}

void
model_apply(const struct model *m, const struct population *p, struct counts *counts,
    struct cert_groups *groups)
{
	memset(counts->mx, 0, (counts->names_n + 1) * sizeof *counts->mx);
	memset(counts->rd, 0, (counts->names_n + 1) * sizeof *counts->rd);
	for (uint32_t name = 1; name <= m->names.n; name++) {
		uint32_t own = find_name(m, p, name), root;

		if (!own)
			continue;
		counts->mx[own] = m->mx[name];
		counts->rd[own] = m->rd[name];
		root = find_name(m, p, model_root(m, name));
		if (root)
			cert_groups_join(groups, own, root);
	}
	apply_addresses(m, p, counts);
}
