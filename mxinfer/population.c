/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/population.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "mxinfer/hostname.h"
#include "base/keyed_hash.h"

enum { LINKS_WALKED = 64 }; /* so many links of a domain are compared one by one */

/* What the slots of a writer mean now. */
struct population_slots {
	struct population_host hosts[FACT_SLOTS_N];
	uint32_t certs[FACT_SLOTS_N];
};

#define WORDS(type) (sizeof(type) / sizeof(uint32_t))

void
population_init(struct population *p, const struct public_suffixes *suffixes,
    struct as_table *as_table, bool compat)
{
	*p = (struct population){
	    .suffixes = suffixes,
	    .as_table = as_table,
	    .compat = compat,
	    .addresses.words_n = WORDS(struct population_address),
	    .hosts.words_n = WORDS(struct population_host),
	    .links.words_n = WORDS(struct population_link),
	    .nodes.words_n = WORDS(struct population_node),
	    .facts.words_n = 2,
	    .pairs.words_n = 2,
	    .certs.words = true,
	    .as_sets.words = true,
	};
}

void
population_free(struct population *p)
{
	intern_free(&p->domains);
	intern_free(&p->names);
	intern_free(&p->certs);
	intern_free(&p->as_sets);
	intern_records_free(&p->addresses);
	intern_records_free(&p->hosts);
	intern_records_free(&p->links);
	intern_records_free(&p->nodes);
	intern_records_free(&p->facts);
	intern_records_free(&p->pairs);
	free(p->domain_node);
	free(p->domain_flags);
	free(p->name_rd_at);
	free(p->name_rd);
	free(p->address_base);
	free(p->address_facts);
	free(p->fact_next);
	free(p->slots);
}

static uint32_t
add_name(struct population *p, const struct fact_name *name)
{
	return name->text.n ? population_add_name(p, name->text, name->hash) : 0;
}

/* The host that a greeting names: the first candidate with a registered domain.  A lone one is
 * looked at later, beside all other names. */
static uint32_t
greeting_name(struct population *p, const struct fact_name names[2])
{
	uint32_t first = add_name(p, &names[0]);

	return names[1].text.n && !population_has_rd(p, first) ? add_name(p, &names[1]) : first;
}

static uint32_t
add_words(struct intern *t, const uint32_t *words, size_t n)
{
	struct span s = {(const char *)words, n * sizeof *words};

	return intern_add(t, s, keyed_hash(s));
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return x < y ? -1 : x > y;
}

/* Sorts words and drops those that are there twice. */
static size_t
make_set(uint32_t *words, size_t n)
{
	size_t kept = 0;

	qsort(words, n, sizeof *words, by_value);
	for (size_t i = 0; i < n; i++)
		if (!kept || words[kept - 1] != words[i])
			words[kept++] = words[i];
	return kept;
}

static uint32_t
add_as(struct population *p, struct fact_op *op)
{
	return op->as_n ? add_words(&p->as_sets, op->as, make_set(op->as, op->as_n)) : 0;
}

static void
apply_cert(struct population *p, struct population_slots *slots, const struct fact_op *op,
    struct span *batch)
{
	uint32_t *ids = must(malloc((op->names_n + 1) * sizeof *ids));
	size_t n = op->names_n;

	for (size_t i = 0; i < n; i++) {
		struct fact_name name = fact_batch_name(batch);

		ids[i] = add_name(p, &name);
	}
	/* The Python tool looks at the first name, so there their order matters. */
	if (!p->compat)
		n = make_set(ids, n);
	slots->certs[op->cert] = add_words(&p->certs, ids, n);
	free(ids);
}

static void
apply_host(struct population *p, struct population_slots *slots, const struct fact_op *op)
{
	slots->hosts[op->host] = (struct population_host){
	    .cert = op->cert ? slots->certs[op->cert] : 0,
	    .banner = greeting_name(p, op->banner),
	    .ehlo = greeting_name(p, op->ehlo),
	    .flags = (op->has_banner ? FACT_HAS_BANNER : 0u) | (op->has_ehlo ? FACT_HAS_EHLO : 0u) |
		     (op->trusted ? FACT_IS_TRUSTED : 0u),
	};
	if (p->watch)
		p->watch(p->watch_state, op, 0, 0, 0, 0);
}

/* What a host said together with what a row says of its AS; 0 if that is nothing. */
static uint32_t
add_host(struct population *p, const struct population_slots *slots, struct fact_op *op)
{
	struct population_host host = {.as = add_as(p, op)};

	if (!op->host && !host.as)
		return 0;
	if (op->host) {
		uint32_t as = host.as;

		host = slots->hosts[op->host];
		host.as = as;
	}
	return intern_record(&p->hosts, &host.cert);
}

/* Numbers an address with what stands beside it. */
static uint32_t
number_address(struct population *p, const struct population_address *address)
{
	size_t before = p->addresses.n;
	uint32_t id = intern_record(&p->addresses, address->octets);

	if (p->addresses.n == before)
		return id;
	p->address_base =
	    intern_beside(p->address_base, &p->address_base_room, id, sizeof *p->address_base);
	p->address_facts =
	    intern_beside(p->address_facts, &p->address_facts_room, id, sizeof *p->address_facts);
	p->address_base[id] = id;
	p->address_facts[id] = 0;
	return id;
}

static uint32_t
add_address(struct population *p, const struct fact_op *op)
{
	struct population_address address = {.v6 = op->first.v6};
	uint32_t base, id;

	memcpy(address.octets, op->first.octets, sizeof address.octets);
	base = id = number_address(p, &address);
	if (op->variant.text.n) {
		address.variant = add_name(p, &op->variant);
		id = number_address(p, &address);
		p->address_base[id] = base;
	}
	return id;
}

static void
apply_address(struct population *p, const struct population_slots *slots, struct fact_op *op)
{
	uint32_t address = add_address(p, op), host = add_host(p, slots, op), fact;
	size_t before = p->facts.n;

	if (p->watch)
		p->watch(p->watch_state, op, 0, address, host, 0);
	if (!host)
		return;
	fact = intern_record(&p->facts, (uint32_t[]){address, host});
	if (p->facts.n == before)
		return;
	p->fact_next = intern_beside(p->fact_next, &p->fact_next_room, fact, sizeof *p->fact_next);
	p->fact_next[fact] = p->address_facts[address];
	p->address_facts[address] = fact;
}

/* The Python tool takes a domain for another one when rows of others stand between its own. */
static uint32_t
add_domain_compat(struct population *p, const struct fact_name *name)
{
	char text[HOSTNAME_MAX + 32];
	struct span s;

	if (p->domain_last && span_eq(population_domain(p, p->domain_last), name->text))
		return p->domain_last;
	if (!intern_find(&p->domains, name->text, name->hash))
		return intern_add(&p->domains, name->text, name->hash);
	memcpy(text, name->text.p, name->text.n);
	text[name->text.n] = '\0';
	snprintf(text + name->text.n + 1, 30, "%zu", p->domains.n);
	s = (struct span){text, name->text.n + 1 + strlen(text + name->text.n + 1)};
	return intern_add(&p->domains, s, keyed_hash(s));
}

static void
take_domain(struct population *p, const struct fact_name *name)
{
	size_t before = p->domains.n;
	uint32_t id = p->compat ? add_domain_compat(p, name)
				: intern_add(&p->domains, name->text, name->hash);

	p->domain_last = id;
	if (p->domains.n == before)
		return;
	p->domain_node =
	    intern_beside(p->domain_node, &p->domain_node_room, id, sizeof *p->domain_node);
	p->domain_flags =
	    intern_beside(p->domain_flags, &p->domain_flags_room, id, sizeof *p->domain_flags);
	p->domain_node[id] = 0;
	p->domain_flags[id] = 0;
}

static void
apply_domain(struct population *p, const struct fact_op *op)
{
	static const uint8_t flags[] = {
	    [FACT_DNS_NO_MX] = DOMAIN_NO_MX,
	    [FACT_DNS_NULL_MX] = DOMAIN_NULL_MX,
	    [FACT_DNS_NOT_KNOWN] = DOMAIN_NOT_KNOWN,
	};

	take_domain(p, &op->domain);
	p->domain_flags[p->domain_last] |= flags[op->dns];
	if (p->watch)
		p->watch(p->watch_state, op, p->domain_last, 0, 0, 0);
}

/* Has the domain this link already?  So that a row that is there a million times takes no memory.
 */
static bool
has_link(struct population *p, uint32_t domain, uint32_t link)
{
	size_t walked = 0, before = p->pairs.n;
	uint32_t node = p->domain_node[domain];

	for (; node && walked < LINKS_WALKED; node = population_node(p, node)->before, walked++)
		if (population_node(p, node)->link == link)
			return true;
	if (!node)
		return false;
	/* A domain of many links: once it is, all of them go into a table. */
	intern_record(&p->pairs, (uint32_t[]){domain, 0});
	if (p->pairs.n > before)
		for (node = p->domain_node[domain]; node; node = population_node(p, node)->before)
			intern_record(
			    &p->pairs, (uint32_t[]){domain, population_node(p, node)->link});
	before = p->pairs.n;
	intern_record(&p->pairs, (uint32_t[]){domain, link});
	return p->pairs.n == before;
}

/* With compat a later row takes the place of an earlier one, so only a repetition says nothing. */
static bool
is_known_link(struct population *p, uint32_t domain, uint32_t link)
{
	uint32_t node = p->domain_node[domain];

	if (!p->compat)
		return has_link(p, domain, link);
	return node && population_node(p, node)->link == link;
}

static void
apply_mx(
    struct population *p, const struct population_slots *slots, struct fact_op *op, uint32_t *mx)
{
	struct population_link link = {.preference = op->preference};
	struct population_node node;
	uint32_t link_id;

	if (!op->same_domain)
		take_domain(p, &op->domain);
	if (!op->same_mx)
		*mx = add_name(p, &op->mx);
	link.mx = *mx;
	if (op->has_address) {
		link.address = add_address(p, op);
		link.host = add_host(p, slots, op);
	}
	link_id = intern_record(&p->links, &link.mx);
	p->domain_flags[p->domain_last] |= op->implicit ? DOMAIN_IMPLICIT : DOMAIN_HAS_MX;
	if (p->watch)
		p->watch(p->watch_state, op, p->domain_last, link.address, link.host, link_id);
	if (is_known_link(p, p->domain_last, link_id))
		return;
	node = (struct population_node){p->domain_node[p->domain_last], link_id};
	p->domain_node[p->domain_last] = intern_record(&p->nodes, &node.before);
}

static struct population_slots *
slots_of(struct population *p, size_t writer)
{
	if (writer >= p->slots_n) {
		p->slots = must(realloc(p->slots, (writer + 1) * sizeof *p->slots));
		memset(p->slots + p->slots_n, 0, (writer + 1 - p->slots_n) * sizeof *p->slots);
		p->slots_n = writer + 1;
	}
	return &p->slots[writer];
}

static void
apply_range(struct population *p, const struct fact_op *op)
{
	struct as_range range = {op->first, op->last, op->as, op->as_n};

	as_table_add(p->as_table, &range);
}

static void
apply(struct population *p, struct population_slots *slots, struct fact_op *op, struct span *batch,
    uint32_t *mx)
{
	switch (op->kind) {
	case FACT_OP_DOMAIN: apply_domain(p, op); break;
	case FACT_OP_MX: apply_mx(p, slots, op, mx); break;
	case FACT_OP_ADDRESS: apply_address(p, slots, op); break;
	case FACT_OP_RANGE: apply_range(p, op); break;
	case FACT_OP_HOST: apply_host(p, slots, op); break;
	case FACT_OP_CERT: apply_cert(p, slots, op, batch); break;
	case FACT_OP_BAD: break;
	}
}

/* Takes the next fact, and has memory fetch where its names would be. */
static bool
take_op(struct population *p, struct span *batch, struct fact_op *op)
{
	if (!fact_batch_next(batch, op))
		return false;
	if (op->kind == FACT_OP_DOMAIN || (op->kind == FACT_OP_MX && !op->same_domain))
		intern_prefetch(&p->domains, op->domain.hash);
	if (op->kind == FACT_OP_MX && !op->same_mx)
		intern_prefetch(&p->names, op->mx.hash);
	return true;
}

void
population_apply(struct population *p, size_t writer, struct span batch,
    void (*bad)(void *state, const struct fact_op *op), void *state)
{
	struct population_slots *slots = slots_of(p, writer);
	struct fact_op ops[2], *op = &ops[0], *next = &ops[1], *swap;
	bool there = take_op(p, &batch, op), more;
	uint32_t mx = 0;

	for (; there; swap = op, op = next, next = swap, there = more) {
		/* The names of a certificate stand between it and the next. */
		bool ahead = op->kind != FACT_OP_CERT;

		more = ahead && take_op(p, &batch, next);
		if (op->kind == FACT_OP_BAD)
			bad(state, op);
		apply(p, slots, op, &batch, &mx);
		if (!ahead)
			more = take_op(p, &batch, next);
	}
}
