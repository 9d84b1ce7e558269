/* SPDX-License-Identifier: GPL-3.0-or-later */
/* population - all domains of a run with what is known of them, each thing held once.
 *
 * Names, addresses, certificates and what hosts said are numbers (intern.h).  What a row says of a
 * domain is a link: an MX name, an address, what its host said.  A domain is its links in the order
 * in which they came, as a path in a tree: a node is the node before it and a link.  Domains with
 * the same rows (a provider's customers) end at the same node, so that whatever follows from their
 * facts is worked out once; memory goes with distinct names, addresses and certificates, not with
 * rows.
 *
 * Filled by one thread, batch by batch; then population_settle; then it only changes its `names`.
 */
#ifndef EMT_MXINFER_POPULATION_H
#define EMT_MXINFER_POPULATION_H

#include "dns/public_suffix.h"
#include "io/as_table.h"
#include "mxinfer/fact_batch.h"
#include "mxinfer/intern.h"

/* What the rows of a domain said of its MX records: a set. */
enum {
	DOMAIN_HAS_MX = 1,
	DOMAIN_IMPLICIT = 2,
	DOMAIN_NULL_MX = 4,
	DOMAIN_NO_MX = 8,
	DOMAIN_NOT_KNOWN = 16
};

/* An address, or one of several scans of it. */
struct population_address {
	uint32_t octets[4]; /* network order, as in struct ip */
	uint32_t v6;
	uint32_t variant; /* name id */
};

/* What a host said at one time. */
struct population_host {
	uint32_t cert;         /* id in certs; 0: none was sent */
	uint32_t banner, ehlo; /* name ids of the hosts named there; 0: none */
	uint32_t as;           /* id in as_sets; 0: none */
	uint32_t flags;        /* FACT_HAS_BANNER, FACT_HAS_EHLO, FACT_IS_TRUSTED */
};

struct population_link {
	uint32_t mx;      /* name id */
	uint32_t address; /* 0: none */
	uint32_t host;    /* 0: nothing is known */
	uint32_t preference;
};

struct population_node {
	uint32_t before; /* 0: none */
	uint32_t link;
};

struct population {
	const struct public_suffixes *suffixes; /* borrowed */
	struct as_table *as_table;              /* borrowed; ranges go there */
	bool compat;

	struct intern domains; /* in the order of the input; population_domain gives the text */
	uint32_t *domain_node; /* by domain; 0: no links */
	uint8_t *domain_flags; /* by domain */
	size_t domain_node_room, domain_flags_room;
	uint32_t domain_last;

	struct intern names; /* of MX, greetings, certificates; registered domains */
	uint8_t *name_rd_at; /* by name: where its registered domain begins, or one of RD_* */
	uint32_t *name_rd;   /* by name, once settled; 0: none */
	size_t name_rd_at_room, name_rd_room;

	struct intern certs;   /* name ids: ascending; as they came with compat */
	struct intern as_sets; /* AS numbers, ascending */
	struct intern_records addresses, hosts, links, nodes;

	uint32_t *address_base;  /* by address: the same one without variant */
	uint32_t *address_facts; /* by address: the first of its facts; 0: none */
	size_t address_base_room, address_facts_room;
	struct intern_records facts; /* of addresses: address, host */
	uint32_t *fact_next;
	size_t fact_next_room;

	struct population_slots *slots; /* by writer */
	size_t slots_n;
	struct intern_records pairs; /* domain, link: of domains with very many links */

	/* Called with every fact, if not NULL; for --explain. */
	void (*watch)(void *state, const struct fact_op *op, uint32_t domain, uint32_t address,
	    uint32_t host, uint32_t link);
	void *watch_state;
};

enum { RD_UNKNOWN = 255, RD_NONE = 254 };

void population_init(struct population *p, const struct public_suffixes *suffixes,
    struct as_table *as_table, bool compat);
void population_free(struct population *p);

/* Applies the facts of one batch of writer number `writer`.  FACT_OP_BAD goes to `bad`. */
void population_apply(struct population *p, size_t writer, struct span batch,
    void (*bad)(void *state, const struct fact_op *op), void *state);

/* All input is read: finds the registered domain of every name, in `threads` threads. */
void population_settle(struct population *p, unsigned threads);

/* Numbers a name that comes later (a table's, a model's), settled like the others. */
uint32_t population_name(struct population *p, struct span canonical);

/* For population.c: numbers a name; has it, not settled yet, a registered domain? */
uint32_t population_add_name(struct population *p, struct span canonical, uint64_t hash);
bool population_has_rd(struct population *p, uint32_t name);

struct span population_domain(const struct population *p, uint32_t domain);
struct ip population_ip(const struct population *p, uint32_t address);

/* The 32-bit words of a certificate or of a set of AS numbers. */
const uint32_t *population_words(const struct intern *t, uint32_t id, size_t *n);

static inline const struct population_host *
population_host(const struct population *p, uint32_t id)
{
	return (const struct population_host *)(const void *)intern_words(&p->hosts, id);
}

static inline const struct population_link *
population_link(const struct population *p, uint32_t id)
{
	return (const struct population_link *)(const void *)intern_words(&p->links, id);
}

static inline const struct population_node *
population_node(const struct population *p, uint32_t id)
{
	return (const struct population_node *)(const void *)intern_words(&p->nodes, id);
}

#endif
