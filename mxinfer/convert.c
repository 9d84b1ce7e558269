/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/convert_parts.h"

#include <stdlib.h>

enum { WRITE_AT = 1 << 20 }; /* octets */

static void
on_range(struct facts *f, const struct fact_range *fact)
{
	struct convert *c = (struct convert *)f;

	if (c->table_ready)
		return; /* too late: convert.h */
	as_table_add(c->table, &fact->range);
	c->table_filled = true;
}

static void
on_bad(struct facts *f, uint64_t line, enum fact_bad cause, struct span what)
{
	struct convert *c = (struct convert *)f;

	c->params.bad(c->params.state, line, cause, what);
}

/* Nothing is remembered: what comes out is written once anyway. */
static bool
never_known(struct facts *f, struct span bytes, uint32_t *handle, uint32_t *note)
{
	(void)f;
	(void)bytes;
	*handle = *note = 0;
	return false;
}

static bool
verify(struct facts *f, const struct span *chain, size_t chain_n, int64_t time_utc)
{
	const struct convert *c = (struct convert *)f;

	return trust_verify(c->params.trust, chain, chain_n, time_utc) == TRUST_OK;
}

struct facts *
convert_new(const struct convert_params *params)
{
	struct convert *c = params->to == CONVERT_TSV ? convert_tsv_new() : convert_mx_scan_new();

	c->params = *params;
	c->facts.range = on_range;
	c->facts.bad = on_bad;
	c->facts.host_known = never_known;
	c->facts.cert_known = never_known;
	c->facts.verify = params->trust ? verify : NULL;
	c->table = as_table_new();
	buf_init(&c->out, SIZE_MAX / 4);
	return &c->facts;
}

const char *
convert_add_mmdb(struct facts *f, const char *path)
{
	struct convert *c = (struct convert *)f;

	c->table_filled = true;
	return as_table_add_mmdb(c->table, path);
}

static void
write_out(struct convert *c)
{
	if (c->out.n)
		c->params.write(c->params.state, buf_span(&c->out));
	buf_clear(&c->out);
}

void
convert_record(struct convert *c)
{
	if (c->out.n >= WRITE_AT)
		write_out(c);
}

size_t
convert_as_join(uint32_t as[FACT_AS_MAX], size_t n, const uint32_t *more, size_t more_n)
{
	for (size_t i = 0; i < more_n; i++) {
		size_t at = 0;

		while (at < n && as[at] < more[i])
			at++;
		if (n == FACT_AS_MAX || (at < n && as[at] == more[i]))
			continue;
		memmove(as + at + 1, as + at, (n - at) * sizeof *as);
		as[at] = more[i];
		n++;
	}
	return n;
}

size_t
convert_as(struct convert *c, const struct ip *address, uint32_t as[FACT_AS_MAX], size_t n)
{
	uint32_t found[FACT_AS_MAX];

	if (!c->table_filled)
		return n;
	if (!c->table_ready)
		as_table_ready(c->table);
	c->table_ready = true;
	return convert_as_join(as, n, found, as_table_find(c->table, address, found));
}

void
convert_end(struct facts *f)
{
	struct convert *c = (struct convert *)f;

	c->end(c);
	write_out(c);
	as_table_free(c->table);
	buf_free(&c->out);
	free(c);
}
