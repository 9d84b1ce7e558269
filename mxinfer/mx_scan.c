/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mx-scan/1, the records of emt-mxscan: schema/mx-scan-1.json.  One of kind "domain" for each
 * domain, with its MX and their addresses, and one of kind "address" for each scan of an address.
 */
#include "mxinfer/json_lines.h"

/* The members of a record of either kind, as they are gathered: they come in any order. */
struct record {
	struct span kind, domain, outcome, address, variant;
	struct span mx; /* the list as it stands */
	uint32_t as[FACT_AS_MAX];
	size_t as_n;
	bool as_bad;
	struct fact_host host;
	uint32_t note;
};

/* One MX record, as it is gathered. */
struct mx {
	struct span name, addresses;
	uint64_t preference;
	bool has_preference, implicit;
};

static void
take_as(struct value *v, struct record *record)
{
	uint64_t number;

	record->as_n = 0;
	if (!value_array(v))
		return;
	while (value_more(v)) {
		if (!value_number(v, &number) || number > UINT32_MAX)
			record->as_bad = true;
		else if (number && record->as_n < FACT_AS_MAX)
			record->as[record->as_n++] = (uint32_t)number;
	}
}

/* {"names":[...]} and more; the same octets are the same certificate. */
static void
take_certificate(struct reader *r, struct value *v, struct record *record)
{
	struct fact_cert fact = {.names_n = 0};
	bool object = value_kind(v) == VALUE_OBJECT;
	struct span text = value_skip(v), key;
	uint32_t note = 0;
	struct value inner;

	record->host.cert = 0;
	if (!object || !text.n)
		return;
	if (!r->f->cert_known(r->f, text, &record->host.cert, &note)) {
		r->names_n = 0;
		value_init(&inner, VALUE_JSON, text, &r->scratch);
		value_enter(&inner);
		while (value_member(&inner, &key)) {
			if (span_eq(key, SPAN_LIT("names")))
				reader_names(r, &inner, &note);
			else if (span_eq(key, SPAN_LIT("raw")))
				value_string(&inner, &fact.raw);
			else
				value_skip(&inner);
		}
		if (inner.why) {
			value_fail(v);
			return;
		}
		fact.names = r->names;
		fact.names_n = r->names_n;
		record->host.cert = r->f->cert(r->f, text, note, &fact);
	}
	record->note |= note;
}

enum member {
	MEMBER_SCHEMA,
	MEMBER_TOOL,
	MEMBER_KIND,
	MEMBER_DOMAIN,
	MEMBER_OUTCOME,
	MEMBER_MX,
	MEMBER_ADDRESS,
	MEMBER_VARIANT,
	MEMBER_AS,
	MEMBER_BANNER,
	MEMBER_EHLO,
	MEMBER_TRUSTED,
	MEMBER_CERTIFICATE,
	MEMBER_OTHER,
};

static enum member
member_of(struct span key)
{
	static const struct span names[] = {
	    [MEMBER_SCHEMA] = {"schema", 6},
	    [MEMBER_TOOL] = {"tool", 4},
	    [MEMBER_KIND] = {"kind", 4},
	    [MEMBER_DOMAIN] = {"domain", 6},
	    [MEMBER_OUTCOME] = {"outcome", 7},
	    [MEMBER_MX] = {"mx", 2},
	    [MEMBER_ADDRESS] = {"address", 7},
	    [MEMBER_VARIANT] = {"variant", 7},
	    [MEMBER_AS] = {"as", 2},
	    [MEMBER_BANNER] = {"banner", 6},
	    [MEMBER_EHLO] = {"ehlo", 4},
	    [MEMBER_TRUSTED] = {"trusted", 7},
	    [MEMBER_CERTIFICATE] = {"certificate", 11},
	};
	enum member m = MEMBER_SCHEMA;

	while (m < MEMBER_OTHER && (key.n != names[m].n || memcmp(key.p, names[m].p, key.n) != 0))
		m++;
	return m;
}

static void
take_member(struct reader *r, struct value *v, struct record *record, struct span key)
{
	switch (member_of(key)) {
	case MEMBER_KIND: value_string(v, &record->kind); return;
	case MEMBER_DOMAIN: value_string(v, &record->domain); return;
	case MEMBER_OUTCOME: value_string(v, &record->outcome); return;
	case MEMBER_MX: record->mx = value_skip(v); return;
	case MEMBER_ADDRESS: value_string(v, &record->address); return;
	case MEMBER_VARIANT: value_string(v, &record->variant); return;
	case MEMBER_AS: take_as(v, record); return;
	case MEMBER_BANNER: value_string(v, &record->host.banner); return;
	case MEMBER_EHLO: value_string(v, &record->host.ehlo); return;
	case MEMBER_TRUSTED: record->host.trusted = value_true(v); return;
	case MEMBER_CERTIFICATE: take_certificate(r, v, record); return;
	case MEMBER_SCHEMA:
	case MEMBER_TOOL:
	case MEMBER_OTHER: value_skip(v); return;
	}
}

static void
take_mx(struct value *v, struct mx *mx)
{
	struct span key;

	*mx = (struct mx){.preference = 0};
	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("name")))
			value_string(v, &mx->name);
		else if (span_eq(key, SPAN_LIT("preference")))
			mx->has_preference = value_number(v, &mx->preference);
		else if (span_eq(key, SPAN_LIT("addresses")))
			mx->addresses = value_skip(v);
		else if (span_eq(key, SPAN_LIT("implicit")))
			mx->implicit = value_true(v);
		else
			value_skip(v);
	}
}

/* ADDRESS or ADDRESS#VARIANT, each a fact; their number. */
static size_t
read_addresses(struct reader *r, struct span list, struct fact_mx *fact)
{
	size_t n = 0;
	struct span text;
	struct value v;
	struct ip ip;

	value_init(&v, VALUE_JSON, list, &r->scratch);
	if (!list.n || !value_array(&v))
		return 0;
	while (value_more(&v)) {
		struct span rest;

		value_string(&v, &text);
		rest = text;
		if (!ip_read(span_cut(&rest, '#'), &ip)) {
			reader_bad(r, FACT_BAD_ADDRESS, text);
			continue;
		}
		fact->address = &ip;
		fact->variant = rest.p ? rest : (struct span){"", 0};
		r->f->mx(r->f, fact);
		n++;
	}
	return n;
}

static bool
read_mx(struct reader *r, struct span domain, const struct mx *mx, struct span line)
{
	struct fact_mx fact = {
	    .line = r->line, .domain = domain, .mx = mx->name, .implicit = mx->implicit};

	if (!mx->name.p || !mx->has_preference || mx->preference > UINT16_MAX) {
		reader_bad(r, mx->name.p ? FACT_BAD_PREFERENCE : FACT_BAD_MX, line);
		return false;
	}
	fact.preference = (uint16_t)mx->preference;
	fact.variant = (struct span){"", 0};
	if (read_addresses(r, mx->addresses, &fact) == 0) {
		fact.address = NULL;
		r->f->mx(r->f, &fact);
	}
	return true;
}

static void
read_domain(struct reader *r, const struct record *record, struct span line)
{
	struct fact_domain fact = {
	    .line = r->line, .domain = record->domain, .dns = FACT_DNS_NOT_KNOWN};
	bool good = false, bad = false;
	struct value v;
	struct mx mx;

	if (!record->domain.n) {
		reader_bad(r, FACT_BAD_DOMAIN, line);
		return;
	}
	value_init(&v, VALUE_JSON, record->mx, &r->scratch);
	if (record->mx.n && value_array(&v))
		while (value_more(&v)) {
			take_mx(&v, &mx);
			if (!v.why && read_mx(r, record->domain, &mx, line))
				good = true;
			else
				bad = true;
		}
	if (v.why)
		reader_bad(r, FACT_BAD_RECORD, line); /* an escape that is none */
	if (good)
		return;
	if (!bad && (span_eq(record->outcome, SPAN_LIT("ok")) ||
			span_eq(record->outcome, SPAN_LIT("nodata")) ||
			span_eq(record->outcome, SPAN_LIT("nxdomain"))))
		fact.dns = FACT_DNS_NO_MX;
	r->f->domain(r->f, &fact);
}

static void
read_address(struct reader *r, struct record *record, struct span line)
{
	struct fact_address fact = {.line = r->line, .variant = record->variant};

	if (!ip_read(record->address, &fact.address)) {
		reader_bad(r, FACT_BAD_ADDRESS, line);
		return;
	}
	if (record->as_bad)
		reader_bad(r, FACT_BAD_AS, line);
	reader_bad_note(r, record->note, line);
	fact.as = record->as;
	fact.as_n = record->as_n;
	if (record->host.banner.p || record->host.ehlo.p || record->host.cert)
		fact.host = r->f->host(r->f, (struct span){NULL, 0}, 0, &record->host);
	r->f->address(r->f, &fact);
}

void
mx_scan_read(struct reader *r, struct span line)
{
	struct record record = {.as_n = 0};
	struct span key;
	struct value v;

	value_init(&v, VALUE_JSON, line, &r->scratch);
	if (value_object(&v))
		while (value_member(&v, &key))
			take_member(r, &v, &record, key);
	if (!value_done(&v))
		reader_bad_value(r, &v, FACT_BAD_RECORD, line);
	else if (span_eq(record.kind, SPAN_LIT("domain")))
		read_domain(r, &record, line);
	else if (span_eq(record.kind, SPAN_LIT("address")))
		read_address(r, &record, line);
	else
		reader_bad(r, FACT_OTHER_KIND, line);
}
