/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/fact_batch.h"

/* What a batch holds we have written ourselves: nothing is checked on the way out. */
static void
take(struct span *batch, void *p, size_t n)
{
	memcpy(p, batch->p, n);
	batch->p += n;
	batch->n -= n;
}

static uint8_t
take_u8(struct span *batch)
{
	uint8_t value;

	take(batch, &value, sizeof value);
	return value;
}

static uint32_t
take_u32(struct span *batch)
{
	uint32_t value;

	take(batch, &value, sizeof value);
	return value;
}

static struct span
take_text(struct span *batch)
{
	size_t n = take_u8(batch);
	struct span s = {batch->p, n};

	batch->p += n;
	batch->n -= n;
	return s;
}

struct fact_name
fact_batch_name(struct span *batch)
{
	struct fact_name name;

	take(batch, &name.hash, sizeof name.hash);
	name.text = take_text(batch);
	return name;
}

static void
take_as(struct span *batch, struct fact_op *op)
{
	op->as_n = take_u8(batch);
	take(batch, op->as, op->as_n * sizeof *op->as);
}

static void
take_ip(struct span *batch, uint8_t flags, struct ip *ip)
{
	ip->v6 = flags & FACT_IS_V6;
	take(batch, ip->octets, sizeof ip->octets);
}

/* Host, AS numbers, address and variant. */
static void
take_address(struct span *batch, uint8_t flags, struct fact_op *op)
{
	op->host = take_u32(batch);
	take_as(batch, op);
	take_ip(batch, flags, &op->first);
	op->variant =
	    flags & FACT_HAS_VARIANT ? fact_batch_name(batch) : (struct fact_name){.hash = 0};
}

static void
take_mx(struct span *batch, struct fact_op *op)
{
	uint8_t flags = take_u8(batch);

	op->same_domain = flags & FACT_SAME_DOMAIN;
	op->same_mx = flags & FACT_SAME_MX;
	op->implicit = flags & FACT_IMPLICIT;
	op->has_address = flags & FACT_HAS_ADDRESS;
	take(batch, &op->preference, sizeof op->preference);
	if (!op->same_domain)
		op->domain = fact_batch_name(batch);
	if (!op->same_mx)
		op->mx = fact_batch_name(batch);
	if (op->has_address)
		take_address(batch, flags, op);
}

static void
take_greeting(struct span *batch, struct fact_name names[2], struct span *text)
{
	size_t n = take_u8(batch);

	for (size_t i = 0; i < 2; i++)
		names[i] = i < n ? fact_batch_name(batch) : (struct fact_name){.hash = 0};
	*text = take_text(batch);
}

static void
take_host(struct span *batch, struct fact_op *op)
{
	uint8_t flags;

	op->host = take_u32(batch);
	op->cert = take_u32(batch);
	flags = take_u8(batch);
	op->has_banner = flags & FACT_HAS_BANNER;
	op->has_ehlo = flags & FACT_HAS_EHLO;
	op->trusted = flags & FACT_IS_TRUSTED;
	memset(op->banner, 0, sizeof op->banner);
	memset(op->ehlo, 0, sizeof op->ehlo);
	if (op->has_banner)
		take_greeting(batch, op->banner, &op->banner_text);
	if (op->has_ehlo)
		take_greeting(batch, op->ehlo, &op->ehlo_text);
}

bool
fact_batch_next(struct span *batch, struct fact_op *op)
{
	uint8_t flags;

	if (!batch->n)
		return false;
	op->kind = (enum fact_op_kind)take_u8(batch);
	take(batch, &op->line, sizeof op->line);
	switch (op->kind) {
	case FACT_OP_DOMAIN:
		op->dns = (enum fact_dns)take_u8(batch);
		op->domain = fact_batch_name(batch);
		break;
	case FACT_OP_MX: take_mx(batch, op); break;
	case FACT_OP_ADDRESS:
		flags = take_u8(batch);
		take_address(batch, flags, op);
		break;
	case FACT_OP_RANGE:
		flags = take_u8(batch);
		take_ip(batch, flags, &op->first);
		take_ip(batch, flags, &op->last);
		take_as(batch, op);
		break;
	case FACT_OP_HOST: take_host(batch, op); break;
	case FACT_OP_CERT:
		op->cert = take_u32(batch);
		op->names_n = take_u32(batch);
		break;
	case FACT_OP_BAD:
		op->bad = (enum fact_bad)take_u8(batch);
		op->what = take_text(batch);
		break;
	}
	return true;
}
