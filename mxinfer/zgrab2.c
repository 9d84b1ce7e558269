/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zgrab2 smtp: {"ip":A,"data":{ANY:{"protocol":"smtp","timestamp","result":{"banner","ehlo",
 * "tls":{"handshake_log":{"server_certificates":{"certificate":(reader.h),"chain":[...],
 * "validation":{"browser_trusted","browser_error"}}}}}}}}. */
#include "mxinfer/json_lines.h"
#include "mxinfer/raw_chain.h"

/* What one scan of an address says. */
struct scan {
	struct span protocol, helo, browser_error, timestamp;
	struct span certificate, chain; /* values as they stand */
	struct fact_host host;
	uint32_t note;
};

static void
take_validation(struct value *v, struct scan *s)
{
	struct span key;

	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("browser_trusted")))
			s->host.trusted = value_true(v);
		else if (span_eq(key, SPAN_LIT("browser_error")))
			value_string(v, &s->browser_error);
		else
			value_skip(v);
	}
}

static void
take_certificates(struct reader *r, struct value *v, struct scan *s)
{
	struct span key;

	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("certificate"))) {
			const char *start = v->p;

			s->host.cert = reader_cert(r, v, &s->note);
			s->certificate = (struct span){start, (size_t)(v->p - start)};
		} else if (span_eq(key, SPAN_LIT("chain"))) {
			s->chain = value_skip(v);
		} else if (span_eq(key, SPAN_LIT("validation"))) {
			take_validation(v, s);
		} else {
			value_skip(v);
		}
	}
}

/* Down to the member `key` of the object that comes next, and of the object in that one: what
 * `take` wants. */
static void
take_within(struct reader *r, struct value *v, struct scan *s, struct span name,
    void (*take)(struct reader *, struct value *, struct scan *))
{
	struct span key;

	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, name))
			take(r, v, s);
		else
			value_skip(v);
	}
}

static void
take_handshake(struct reader *r, struct value *v, struct scan *s)
{
	take_within(r, v, s, SPAN_LIT("server_certificates"), take_certificates);
}

static void
take_result(struct reader *r, struct value *v, struct scan *s)
{
	struct span key;

	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("banner")))
			value_string(v, &s->host.banner);
		else if (span_eq(key, SPAN_LIT("ehlo")))
			value_string(v, &s->host.ehlo);
		else if (span_eq(key, SPAN_LIT("helo")))
			value_string(v, &s->helo);
		else if (span_eq(key, SPAN_LIT("tls")))
			take_within(r, v, s, SPAN_LIT("handshake_log"), take_handshake);
		else
			value_skip(v);
	}
}

static void
take_scan(struct reader *r, struct value *v, struct scan *s)
{
	struct span key;

	*s = (struct scan){.note = 0};
	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("protocol")))
			value_string(v, &s->protocol);
		else if (span_eq(key, SPAN_LIT("timestamp")))
			value_string(v, &s->timestamp);
		else if (span_eq(key, SPAN_LIT("result")))
			take_result(r, v, s);
		else
			value_skip(v);
	}
}

static void
give(struct reader *r, const struct ip *ip, struct scan *s, struct span line)
{
	static const struct span no_roots = SPAN_LIT("failed to load system roots");
	struct fact_address fact = {.line = r->line, .address = *ip};

	if (s->host.cert && r->f->verify)
		s->host.trusted = raw_chain_trusted(r, s->certificate, s->chain, s->timestamp);
	else if (s->browser_error.n &&
		 memmem(s->browser_error.p, s->browser_error.n, no_roots.p, no_roots.n))
		reader_bad(r, FACT_NO_ROOTS, s->browser_error);
	reader_bad_note(r, s->note, line);
	if (!s->host.ehlo.p)
		s->host.ehlo = s->helo;
	if (s->host.banner.p || s->host.ehlo.p || s->host.cert)
		fact.host = r->f->host(r->f, (struct span){NULL, 0}, 0, &s->host);
	r->f->address(r->f, &fact);
}

void
zgrab2_read(struct reader *r, struct span line, const struct json_record *record)
{
	struct span text = {NULL, 0}, key;
	bool smtp = false;
	struct value v;
	struct ip ip;

	value_init(&v, VALUE_JSON, record->ip, &r->scratch);
	if (!record->ip.n || !value_string(&v, &text)) {
		reader_bad(r, FACT_BAD_RECORD, line);
		return;
	}
	if (!ip_read(text, &ip)) {
		reader_bad(r, FACT_BAD_ADDRESS, text);
		return;
	}
	value_init(&v, VALUE_JSON, record->data, &r->scratch);
	if (value_object(&v))
		while (value_member(&v, &key)) {
			struct scan s;

			take_scan(r, &v, &s);
			if (!v.why && span_eq(s.protocol, SPAN_LIT("smtp"))) {
				smtp = true;
				give(r, &ip, &s, line);
			}
		}
	if (v.why)
		reader_bad(r, FACT_BAD_RECORD, line); /* an escape that is none */
	else if (!smtp)
		reader_bad(r, FACT_OTHER_KIND, line);
}
