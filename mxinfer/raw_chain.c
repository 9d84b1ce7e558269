/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/raw_chain.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/stamp.h"
#include "io/certificate.h"
#include "io/trust.h"

struct chain {
	struct buf octets; /* of all certificates, one behind the other */
	size_t ends[TRUST_CHAIN_MAX];
	size_t n;
};

/* Takes {"raw": ...}; one that is no base64 becomes an empty certificate. */
static void
take_raw(struct value *v, struct chain *c)
{
	struct span key, raw = {NULL, 0};
	size_t start = c->octets.n;

	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("raw")))
			value_string(v, &raw);
		else
			value_skip(v);
	}
	if (!raw.p || c->n == TRUST_CHAIN_MAX)
		return;
	if (!base64_take(&c->octets, raw))
		c->octets.n = start;
	c->ends[c->n++] = c->octets.n;
}

static bool
read_time(struct span text, int64_t *utc)
{
	struct stamp s;

	if (!stamp_parse(text, &s) || s.is_epoch || !s.year)
		return false;
	*utc = civil_to_epoch(s.year, s.month, s.day, s.hour, s.minute, s.second) -
	       (s.has_zone ? s.offset_s : 0);
	return true;
}

static bool
verify(struct facts *f, const struct chain *c, int64_t utc)
{
	struct span der[TRUST_CHAIN_MAX];
	size_t start = 0;

	for (size_t i = 0; i < c->n; i++) {
		der[i] = span_from(buf_span(&c->octets), start);
		der[i].n = c->ends[i] - start;
		start = c->ends[i];
	}
	return f->verify(f, der, c->n, utc);
}

bool
raw_chain_trusted(
    struct reader *r, struct span certificate, struct span chain, struct span timestamp)
{
	struct chain c = {.n = 0};
	bool trusted = false;
	struct value v;
	int64_t utc;

	buf_init(&c.octets, (size_t)TRUST_CHAIN_MAX * CERTIFICATE_DER_MAX);
	value_init(&v, VALUE_JSON, certificate, &r->scratch);
	take_raw(&v, &c);
	if (c.n && chain.n) {
		value_init(&v, VALUE_JSON, chain, &r->scratch);
		if (value_array(&v))
			while (value_more(&v))
				take_raw(&v, &c);
	}
	if (c.n && read_time(timestamp, &utc))
		trusted = verify(r->f, &c, utc);
	buf_free(&c.octets);
	return trusted;
}
