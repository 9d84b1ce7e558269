/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zdns MXLOOKUP:
 * {"name":D,"results":{"MXLOOKUP":{"status":S,"data":{"exchanges":[{"name","preference",
 * "ipv4_addresses":[],"ipv6_addresses":[]}]}}}}; older versions have status and data at the top. */
#include "mxinfer/json_lines.h"

/* Results of other modules than this one are another kind of record. */
static bool
find_lookup(
    struct reader *r, const struct json_record *record, struct span *status, struct span *data)
{
	struct span key;
	struct value v;
	bool found = false;

	*status = record->status;
	*data = record->data;
	if (!record->results.p)
		return true;
	value_init(&v, VALUE_JSON, record->results, &r->scratch);
	if (!value_object(&v))
		return false;
	while (value_member(&v, &key)) {
		if (!span_eq(key, SPAN_LIT("MXLOOKUP")) || value_kind(&v) != VALUE_OBJECT) {
			value_skip(&v);
			continue;
		}
		found = true;
		value_enter(&v);
		while (value_member(&v, &key)) {
			struct span value = value_skip(&v);

			if (span_eq(key, SPAN_LIT("status")))
				*status = value;
			else if (span_eq(key, SPAN_LIT("data")))
				*data = value;
		}
	}
	return found;
}

/* One exchange, as it is gathered before it becomes facts: its members come in any order. */
struct exchange {
	struct span name, ipv4, ipv6; /* the lists as they stand */
	uint64_t preference;
	bool has_preference;
};

static void
take_exchange(struct value *v, struct exchange *e)
{
	struct span key;

	*e = (struct exchange){.preference = 0};
	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("name")))
			value_string(v, &e->name);
		else if (span_eq(key, SPAN_LIT("preference")))
			e->has_preference = value_number(v, &e->preference);
		else if (span_eq(key, SPAN_LIT("ipv4_addresses")))
			e->ipv4 = value_skip(v);
		else if (span_eq(key, SPAN_LIT("ipv6_addresses")))
			e->ipv6 = value_skip(v);
		else
			value_skip(v);
	}
}

/* Gives a fact for each address of a list; their number. */
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
		if (!value_string(&v, &text) || !ip_read(text, &ip)) {
			reader_bad(r, FACT_BAD_ADDRESS, text);
			continue;
		}
		fact->address = &ip;
		r->f->mx(r->f, fact);
		n++;
	}
	return n;
}

/* False if it is not to be read. */
static bool
read_exchange(struct reader *r, struct span domain, const struct exchange *e, struct span line)
{
	struct fact_mx fact = {.line = r->line, .domain = domain, .mx = e->name};

	if (!e->name.p) {
		reader_bad(r, FACT_BAD_MX, line);
		return false;
	}
	if (!e->has_preference || e->preference > UINT16_MAX) {
		reader_bad(r, FACT_BAD_PREFERENCE, line);
		return false;
	}
	fact.preference = (uint16_t)e->preference;
	if (read_addresses(r, e->ipv4, &fact) + read_addresses(r, e->ipv6, &fact) == 0) {
		fact.address = NULL;
		r->f->mx(r->f, &fact);
	}
	return true;
}

/* The answer's exchanges.  *bad: there are some that could not be read. */
static size_t
read_exchanges(struct reader *r, struct span domain, struct span data, struct span line, bool *bad)
{
	size_t n = 0;
	struct exchange e;
	struct span key;
	struct value v;

	*bad = false;
	value_init(&v, VALUE_JSON, data, &r->scratch);
	if (!data.n || !value_object(&v))
		return 0;
	while (value_member(&v, &key)) {
		if (!span_eq(key, SPAN_LIT("exchanges")) || value_kind(&v) != VALUE_ARRAY) {
			value_skip(&v);
			continue;
		}
		value_enter(&v);
		while (value_more(&v)) {
			take_exchange(&v, &e);
			if (!v.why && read_exchange(r, domain, &e, line))
				n++;
			else
				*bad = true;
		}
	}
	if (v.why) { /* an escape that is none */
		reader_bad(r, FACT_BAD_RECORD, line);
		*bad = true;
	}
	return n;
}

void
zdns_read(struct reader *r, struct span line, const struct json_record *record)
{
	struct fact_domain fact = {.line = r->line, .dns = FACT_DNS_NOT_KNOWN};
	struct span status, data, text;
	struct value v;
	bool bad = false;

	if (!find_lookup(r, record, &status, &data)) {
		reader_bad(r, FACT_OTHER_KIND, line);
		return;
	}
	value_init(&v, VALUE_JSON, record->name, &r->scratch);
	if (!value_string(&v, &fact.domain) || !fact.domain.n) {
		reader_bad(r, FACT_BAD_DOMAIN, line);
		return;
	}
	if (read_exchanges(r, fact.domain, data, line, &bad))
		return;
	value_init(&v, VALUE_JSON, status, &r->scratch);
	if (status.n && value_string(&v, &text) && !bad &&
	    (span_ieq(text, SPAN_LIT("NOERROR")) || span_ieq(text, SPAN_LIT("NXDOMAIN"))))
		fact.dns = FACT_DNS_NO_MX;
	r->f->domain(r->f, &fact);
}
