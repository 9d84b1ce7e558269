/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_wire.h"

#include <ldns/ldns.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/utf8.h"

enum {
	HEADER_LEN = 12,
	OPT_LEN = 11,   /* an OPT record without options (RFC 6891 section 6.1.2) */
	CHAIN_MAX = 16, /* CNAMEs followed; resolvers give up earlier */
	WHY_MAX = 500,  /* octets of a server's text kept */
};

struct span
dns_wire_query(struct arena *a, const char *name, int type, uint16_t id, bool checking_disabled)
{
	uint16_t flags = LDNS_RD | (checking_disabled ? LDNS_CD : 0);
	ldns_rdf *owner = must(ldns_dname_new_frm_str(name));
	ldns_pkt *pkt =
	    must(ldns_pkt_query_new(owner, (ldns_rr_type)type, LDNS_RR_CLASS_IN, flags));
	uint8_t *wire;
	size_t n;
	struct span query;

	ldns_pkt_set_id(pkt, id);
	ldns_pkt_set_edns_udp_size(pkt, DNS_UDP_SIZE);
	ldns_pkt_set_edns_do(pkt, true);
	if (ldns_pkt2wire(&wire, pkt, &n) != LDNS_STATUS_OK)
		out_of_memory(); /* nothing else can fail with a canonical name */
	query = arena_span(a, (struct span){(char *)wire, n});
	free(wire);
	ldns_pkt_free(pkt);
	return query;
}

struct dns_wire_head
dns_wire_head(struct span wire)
{
	const uint8_t *p = (const uint8_t *)wire.p;

	if (wire.n < HEADER_LEN)
		return (struct dns_wire_head){0};
	return (struct dns_wire_head){.is_answer = LDNS_QR_WIRE(p),
	    .truncated = LDNS_TC_WIRE(p),
	    .ad = LDNS_AD_WIRE(p),
	    .rcode = LDNS_RCODE_WIRE(p),
	    .additional_n = LDNS_ARCOUNT(p)};
}

bool
dns_wire_echoes(struct span wire, struct span query)
{
	struct span question = {query.p + HEADER_LEN, query.n - HEADER_LEN - OPT_LEN};

	return span_starts(span_from(wire, HEADER_LEN), question);
}

static void
malformed(struct dns_result *r, const char *why)
{
	r->outcome = DNS_MALFORMED;
	r->why = why;
}

/* Is this one of the records of `owner` and `type`? */
static bool
is_set(const ldns_rr *rr, const ldns_rdf *owner, int type)
{
	return (int)ldns_rr_get_type(rr) == type && ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
	       ldns_dname_compare(ldns_rr_owner(rr), owner) == 0;
}

static void
keep_least_ttl(struct dns_result *r, uint32_t ttl)
{
	/* RFC 2181 section 8: the highest bit set counts as zero. */
	int64_t s = ttl > INT32_MAX ? 0 : ttl;

	if (r->ttl_s < 0 || s < r->ttl_s)
		r->ttl_s = s;
}

/* The CNAME of that name, or NULL. */
static const ldns_rr *
find_alias(const ldns_rr_list *section, const ldns_rdf *owner)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(section, i);

		if (is_set(rr, owner, LDNS_RR_TYPE_CNAME) && ldns_rr_rd_count(rr) == 1)
			return rr;
	}
	return NULL;
}

/* As text in lower case, no dot at the end. */
static const char *
name_text(struct arena *a, const ldns_rdf *name)
{
	char *text = must(ldns_rdf2str(name)), *copy;
	struct span s = span_str(text);

	if (s.n > 1 && s.p[s.n - 1] == '.')
		s.n--;
	copy = arena_dup(a, s);
	for (size_t i = 0; i < s.n; i++)
		copy[i] = to_lower(copy[i]);
	free(text);
	return copy;
}

/* The name that the CNAMEs of the answer section lead to; their TTLs bound the result's. */
static const ldns_rdf *
follow_chain(
    struct arena *a, const ldns_rr_list *section, const ldns_rdf *owner, struct dns_result *r)
{
	const ldns_rdf *been[CHAIN_MAX + 1] = {owner};
	const ldns_rr *alias;
	const char **names = NULL;
	size_t n = 0;

	while (r->type != LDNS_RR_TYPE_CNAME && !r->cname_circle &&
	       (alias = find_alias(section, been[n]))) {
		if (!names)
			names = arena_alloc(a, CHAIN_MAX * sizeof *names);
		keep_least_ttl(r, ldns_rr_ttl(alias));
		been[n + 1] = ldns_rr_rdf(alias, 0);
		names[n] = name_text(a, been[n + 1]);
		n++;
		r->cname_circle = n == CHAIN_MAX;
		for (size_t i = 0; i < n; i++)
			r->cname_circle |= ldns_dname_compare(been[i], been[n]) == 0;
	}
	r->cname = names;
	r->cname_n = n;
	return been[n];
}

/* RFC 2308 section 2.2: NS records, no SOA and no answer are a referral.  A resolver does not give
 * any; a server that is asked as one, and is none, does. */
static bool
is_referral(const ldns_pkt *pkt)
{
	const ldns_rr_list *section = ldns_pkt_authority(pkt);
	bool found = false;

	if (ldns_pkt_aa(pkt) || ldns_pkt_get_rcode(pkt) != LDNS_RCODE_NOERROR ||
	    ldns_rr_list_rr_count(ldns_pkt_answer(pkt)))
		return false;
	for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++) {
		ldns_rr_type type = ldns_rr_get_type(ldns_rr_list_rr(section, i));

		if (type == LDNS_RR_TYPE_SOA)
			return false;
		found |= type == LDNS_RR_TYPE_NS;
	}
	return found;
}

/* RDATA alone: ldns writes owner, TTL, class and type in front, each with a tab behind it, and no
 * tab in a name. */
static const char *
rdata_text(struct arena *a, const ldns_rr *rr)
{
	char *line = must(ldns_rr2str_fmt(ldns_output_format_nocomments, rr));
	struct span rest = span_str(line);
	const char *text;

	for (int field = 0; field < 4; field++)
		span_cut(&rest, '\t');
	text = arena_dup(a, span_trim(rest));
	free(line);
	return text;
}

static void
read_records(
    struct arena *a, const ldns_rr_list *section, const ldns_rdf *owner, struct dns_result *r)
{
	ldns_rr_list *set = must(ldns_rr_list_new());
	size_t found, shown;
	const char **text;

	for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++) {
		ldns_rr *rr = ldns_rr_list_rr(section, i);

		if (is_set(rr, owner, r->type) && !ldns_rr_list_push_rr(set, rr))
			out_of_memory();
	}
	found = ldns_rr_list_rr_count(set);
	shown = found < DNS_ANSWER_MAX ? found : DNS_ANSWER_MAX;
	/* Resolvers rotate the records of a set; in canonical order (RFC 4034 section 6.3) the same
	 * set gives the same result. */
	ldns_rr_list_sort(set);
	text = arena_alloc(a, shown * sizeof *text);
	for (size_t i = 0; i < found; i++) {
		ldns_rr *rr = ldns_rr_list_rr(set, i);

		keep_least_ttl(r, ldns_rr_ttl(rr));
		if (i < shown)
			text[i] = rdata_text(a, rr);
	}
	if (shown < found)
		r->why = arena_printf(a, "%zu records, %zu of them shown", found, shown);
	r->answer = text;
	r->answer_n = shown;
	ldns_rr_list_free(set);
}

/* RFC 2308 section 5: a negative answer lives for the lesser of the SOA's own TTL and its last
 * field. */
static void
read_negative_ttl(const ldns_pkt *pkt, struct dns_result *r)
{
	const ldns_rr_list *section = ldns_pkt_authority(pkt);
	bool found = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(section, i);

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA || ldns_rr_rd_count(rr) != 7)
			continue;
		found = true;
		keep_least_ttl(r, ldns_rr_ttl(rr));
		keep_least_ttl(r, ldns_rdf2native_int32(ldns_rr_rdf(rr, 6)));
	}
	if (!found)
		r->ttl_s = -1; /* without an SOA it must not be kept */
}

/* "EDE 6: text"; RFC 8914 section 2: two octets of code, then text that need not be UTF-8. */
static void
read_ede(struct arena *a, ldns_pkt *pkt, struct dns_result *r)
{
	ldns_edns_option_list *options = ldns_pkt_edns_get_option_list(pkt);

	for (size_t i = 0; options && i < ldns_edns_option_list_get_count(options); i++) {
		const ldns_edns_option *option = ldns_edns_option_list_get_option(options, i);
		const uint8_t *p = ldns_edns_get_data(option);
		size_t n = ldns_edns_get_size(option);
		struct buf why;

		if (ldns_edns_get_code(option) != LDNS_EDNS_EDE || n < 2)
			continue;
		r->ede = ldns_read_uint16(p);
		buf_init(&why, 4 * WHY_MAX + 100);
		buf_printf(&why, "EDE %d%s", r->ede, n > 2 ? ": " : "");
		safe_put(
		    &why, (struct span){(const char *)p + 2, n - 2 < WHY_MAX ? n - 2 : WHY_MAX});
		r->why = arena_dup(a, buf_span(&why));
		buf_free(&why);
		return;
	}
}

static enum dns_outcome
outcome_of(int rcode, size_t answer_n)
{
	switch (rcode) {
	case LDNS_RCODE_NOERROR: return answer_n ? DNS_OK : DNS_NODATA;
	case LDNS_RCODE_NXDOMAIN: return DNS_NXDOMAIN;
	case LDNS_RCODE_SERVFAIL: return DNS_SERVFAIL;
	case LDNS_RCODE_REFUSED: return DNS_REFUSED;
	default: return DNS_RCODE;
	}
}

/* The question that the message says it answers, or NULL if it is not ours. */
static const ldns_rdf *
question_owner(const ldns_pkt *pkt, const struct dns_result *r)
{
	const ldns_rr_list *questions = ldns_pkt_question(pkt);
	const ldns_rr *question = ldns_rr_list_rr(questions, 0);
	ldns_rdf *asked;
	bool same;

	if (ldns_rr_list_rr_count(questions) != 1)
		return NULL;
	asked = must(ldns_dname_new_frm_str(r->name));
	same = is_set(question, asked, r->type);
	ldns_rdf_deep_free(asked);
	return same ? ldns_rr_owner(question) : NULL;
}

static void
read_packet(struct arena *a, ldns_pkt *pkt, struct dns_result *r)
{
	const ldns_rdf *owner = question_owner(pkt, r);

	if (!ldns_pkt_qr(pkt)) {
		malformed(r, "is a question, not an answer");
		return;
	}
	if (!owner) {
		malformed(r, "answers another question");
		return;
	}
	if (ldns_pkt_tc(pkt)) {
		malformed(r, "is truncated");
		return;
	}
	if (is_referral(pkt)) {
		malformed(r, "is a referral to other servers: who was asked is no resolver");
		return;
	}
	r->rcode = (int)ldns_pkt_get_rcode(pkt) | ldns_pkt_edns_extended_rcode(pkt) << 4;
	r->ad = ldns_pkt_ad(pkt);
	read_ede(a, pkt, r);
	owner = follow_chain(a, ldns_pkt_answer(pkt), owner, r);
	if (r->cname_circle && !r->why)
		r->why =
		    r->cname_n == CHAIN_MAX ? "too many CNAMEs" : "its CNAMEs lead in a circle";
	if (r->rcode == LDNS_RCODE_NOERROR && !r->cname_circle)
		read_records(a, ldns_pkt_answer(pkt), owner, r);
	r->outcome = outcome_of(r->rcode, r->answer_n);
	if (r->outcome == DNS_NXDOMAIN || r->outcome == DNS_NODATA)
		read_negative_ttl(pkt, r);
	r->cname_open = r->outcome == DNS_NODATA && r->cname_n && !r->cname_circle && r->ttl_s < 0;
}

void
dns_wire_read(struct arena *a, struct span wire, struct dns_result *r)
{
	ldns_pkt *pkt = NULL;
	ldns_status status = ldns_wire2pkt(&pkt, (const uint8_t *)wire.p, wire.n);

	r->wire = arena_span(a, wire);
	r->rcode = r->ede = -1;
	r->ttl_s = -1;
	r->answer_n = r->cname_n = 0;
	r->cname_open = r->cname_circle = false;
	if (status == LDNS_STATUS_OK)
		read_packet(a, pkt, r);
	else
		malformed(r, ldns_get_errorstr_by_id(status));
	if (pkt)
		ldns_pkt_free(pkt);
}
