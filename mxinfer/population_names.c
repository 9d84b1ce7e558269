/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of a population and their registered domains. */
#include <stdlib.h>

#include "base/arena.h"
#include "mxinfer/hostname.h"
#include "base/keyed_hash.h"
#include "mxinfer/parallel.h"
#include "mxinfer/population.h"

enum { SETTLE_GRAIN = 4096 };

uint32_t
population_add_name(struct population *p, struct span canonical, uint64_t hash)
{
	size_t before = p->names.n;
	uint32_t id = intern_add(&p->names, canonical, hash);

	if (p->names.n > before) {
		p->name_rd_at = intern_beside(p->name_rd_at, &p->name_rd_at_room, id, 1);
		p->name_rd_at[id] = RD_UNKNOWN;
	}
	return id;
}

/* Where the registered domain of a name begins. */
static uint8_t
find_rd(const struct population *p, struct span text)
{
	struct hostname name;
	struct span rd;

	if (hostname_read(text, &name) != HOSTNAME_HOST || name.n > text.n)
		return RD_NONE;
	rd = public_suffix_registered(p->suffixes, name.text);
	return rd.n ? (uint8_t)(rd.p - name.text) : RD_NONE;
}

bool
population_has_rd(struct population *p, uint32_t name)
{
	if (p->name_rd_at[name] == RD_UNKNOWN)
		p->name_rd_at[name] = find_rd(p, intern_text(&p->names, name));
	return p->name_rd_at[name] != RD_NONE;
}

static void
find_rds(void *state, unsigned thread, size_t from, size_t to)
{
	struct population *p = state;

	(void)thread;
	for (size_t id = from + 1; id <= to; id++)
		population_has_rd(p, (uint32_t)id);
}

/* Numbers the registered domain of a name.  It may be new, but it is its own registered domain. */
static void
settle_name(struct population *p, uint32_t id)
{
	char text[HOSTNAME_MAX + 1];
	struct span s = intern_text(&p->names, id);
	uint32_t rd = 0;

	if (population_has_rd(p, id)) {
		s = span_from(s, p->name_rd_at[id]);
		while (s.n && s.p[s.n - 1] == '.')
			s.n--;
		/* A copy: the names may move. */
		memcpy(text, s.p, s.n);
		s.p = text;
		rd = population_add_name(p, s, keyed_hash(s));
		p->name_rd_at[rd] = 0;
	}
	p->name_rd = intern_beside(p->name_rd, &p->name_rd_room, p->names.n, sizeof *p->name_rd);
	p->name_rd[id] = rd;
	if (rd)
		p->name_rd[rd] = rd;
}

void
population_settle(struct population *p, unsigned threads)
{
	size_t n = p->names.n;

	/* Memory of the size of the whole, which is wanted for the counts. */
	intern_seal(&p->domains.index);
	intern_seal(&p->certs.index);
	intern_seal(&p->as_sets.index);
	intern_seal(&p->hosts.index);
	intern_seal(&p->links.index);
	intern_seal(&p->nodes.index);
	intern_seal(&p->facts.index);
	intern_records_free(&p->pairs);
	parallel_for(threads, n, SETTLE_GRAIN, find_rds, p);
	for (size_t id = 1; id <= n; id++)
		settle_name(p, (uint32_t)id);
	/* So that looking needs no care. */
	p->name_rd = intern_beside(p->name_rd, &p->name_rd_room, p->names.n, sizeof *p->name_rd);
	p->name_rd[0] = 0;
}

uint32_t
population_name(struct population *p, struct span canonical)
{
	uint32_t id = population_add_name(p, canonical, keyed_hash(canonical));

	settle_name(p, id);
	return id;
}

struct span
population_domain(const struct population *p, uint32_t domain)
{
	struct span s = intern_text(&p->domains, domain);

	/* A number may stand behind it: population.c, add_domain_compat. */
	s.n = p->compat ? span_find(s, '\0') : s.n;
	return s;
}

struct ip
population_ip(const struct population *p, uint32_t address)
{
	const struct population_address *a = (const void *)intern_words(&p->addresses, address);
	struct ip ip = {.v6 = a->v6};

	memcpy(ip.octets, a->octets, sizeof ip.octets);
	return ip;
}

const uint32_t *
population_words(const struct intern *t, uint32_t id, size_t *n)
{
	struct span s = intern_text(t, id);

	*n = s.n / sizeof(uint32_t);
	return (const void *)s.p;
}
