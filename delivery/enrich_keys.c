/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_keys.h"

#include "base/base64.h"
#include "io/record.h"

bool
enrich_believed(const struct dns_result *r)
{
	return r && r->outcome == DNS_OK && r->dnssec != DNS_BOGUS;
}

bool
enrich_answered(const struct dns_result *r)
{
	return r->outcome != DNS_TIMEOUT && r->outcome != DNS_NETERR && r->outcome != DNS_CANCELLED;
}

json_t *
enrich_text(struct span s)
{
	return s.p ? record_string(s) : json_null();
}

static json_t *
answer_texts(const struct dns_result *r)
{
	json_t *texts = json_array();

	for (size_t i = 0; i < r->answer_n; i++)
		record_append(texts, enrich_text(span_str(r->answer[i])));
	return texts;
}

json_t *
enrich_texts(struct arena *a, const struct dns_result *r, const char *why_not)
{
	json_t *texts;

	/* An answer of no records is one that was too large to be kept (enrich_lookups.h). */
	if (enrich_believed(r) && r->answer_n)
		return answer_texts(r);
	texts = json_array();
	record_append(texts, enrich_text(span_str(r ? dns_result_text(a, r) : why_not)));
	return texts;
}

static json_t *
number(int64_t value)
{
	return value < 0 ? json_null() : json_integer(value);
}

json_t *
enrich_lookup_value(struct arena *a, const struct dns_result *r)
{
	json_t *value = json_object();
	struct buf wire;

	buf_init(&wire, r->wire.n * 2 + 4);
	base64_put(&wire, r->wire);
	record_set(value, "name", enrich_text(span_str(r->name)));
	record_set(value, "type", enrich_text(span_str(dns_type_name(a, r->type))));
	record_set(value, "outcome", enrich_text(span_str(dns_outcome_name(r->outcome))));
	record_set(value, "rcode", number(r->rcode));
	record_set(value, "ede", number(r->ede));
	record_set(value, "ttl", number(r->ttl_s));
	record_set(value, "dnssec", enrich_text(span_str(dns_security_name(r->dnssec))));
	record_set(value, "why", enrich_text(span_str(r->why)));
	record_set(value, "server", enrich_text(span_str(r->server)));
	record_set(value, "proto", enrich_text(span_str(dns_proto_name(r->proto))));
	record_set(value, "attempts", json_integer(r->attempts));
	record_set(value, "cached", json_boolean(r->cached));
	record_set(value, "ms", json_real((double)r->rtt_us / 1000));
	record_set(value, "answer", answer_texts(r));
	record_set(value, "wire", r->wire.n ? enrich_text(buf_span(&wire)) : json_null());
	buf_free(&wire);
	return value;
}
