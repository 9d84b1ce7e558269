/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/codec.h"

#include <limits.h>

void
code_octets(struct codec *c, void *p, size_t n)
{
	if (c->out) {
		buf_put(c->out, (struct span){p, n});
	} else if (c->in.failed || c->in.rest.n < n) {
		cur_fail(&c->in);
		memset(p, 0, n);
	} else {
		if (n)
			memcpy(p, c->in.rest.p, n);
		c->in.rest = span_from(c->in.rest, n);
	}
}

void
code_u64(struct codec *c, uint64_t *value)
{
	unsigned char octets[8];

	for (int i = 0; i < 8; i++)
		octets[i] = (unsigned char)(*value >> 8 * i);
	code_octets(c, octets, sizeof octets);
	if (c->out)
		return;
	*value = 0;
	for (int i = 0; i < 8; i++)
		*value |= (uint64_t)octets[i] << 8 * i;
}

void
code_i64(struct codec *c, int64_t *value)
{
	uint64_t bits = (uint64_t)*value;

	code_u64(c, &bits);
	if (!c->out)
		memcpy(value, &bits, sizeof bits);
}

void
code_int(struct codec *c, int *value)
{
	int64_t wide = *value;

	code_i64(c, &wide);
	if (wide < INT_MIN || wide > INT_MAX)
		cur_fail(&c->in);
	else
		*value = (int)wide;
}

void
code_uint(struct codec *c, unsigned *value)
{
	uint64_t wide = *value;

	code_u64(c, &wide);
	if (wide > UINT_MAX)
		cur_fail(&c->in);
	else
		*value = (unsigned)wide;
}

void
code_bool(struct codec *c, bool *value)
{
	unsigned char octet = *value;

	code_octets(c, &octet, 1);
	if (octet > 1)
		cur_fail(&c->in);
	*value = octet == 1;
}

void
code_count(struct codec *c, size_t *n, size_t max)
{
	uint64_t wide = *n;

	code_u64(c, &wide);
	if (!c->out && (c->in.failed || wide > max || wide > c->in.rest.n)) {
		cur_fail(&c->in);
		wide = 0;
	}
	*n = (size_t)wide;
}

void
code_span(struct codec *c, struct span *s)
{
	bool is_set = s->p != NULL;
	size_t n = s->n;

	code_bool(c, &is_set);
	if (!is_set) {
		*s = (struct span){NULL, 0};
		return;
	}
	if (c->out) {
		code_count(c, &n, SIZE_MAX);
		buf_put(c->out, *s);
		return;
	}
	code_count(c, &n, c->in.rest.n);
	*s = arena_span(c->arena, (struct span){c->in.rest.p, n});
	c->in.rest = span_from(c->in.rest, n);
}
