/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_message.h"

#include <ldns/ldns.h>

enum {
	HEADER_LEN = 12,
	RECORD_LEN = 10, /* of a record behind its owner: type, class, TTL, length */
	TYPE_TEXT_MAX = 16,
};

/* A message that is being read; `at` is where the next octet is. */
struct reader {
	const uint8_t *p;
	size_t n, at;
};

/* The name is kept as octets; ldns undoes the compression, which nobody needs in a question, but
 * some use. */
static bool
read_question(struct reader *r, struct dns_message *m)
{
	ldns_rdf *name = NULL;
	size_t n;

	if (ldns_wire2dname(&name, r->p, r->n, &r->at) != LDNS_STATUS_OK)
		return false;
	n = ldns_rdf_size(name);
	if (n <= DNS_QNAME_MAX && r->n - r->at >= 4) {
		memcpy(m->name.wire, ldns_rdf_data(name), n);
		m->name.n = (unsigned char)n;
		m->type = ldns_read_uint16(r->p + r->at);
		m->class = ldns_read_uint16(r->p + r->at + 2);
		r->at += 4;
	}
	ldns_rdf_deep_free(name);
	return m->name.n > 0;
}

/* The owner of a record is of no interest: to its end, without following pointers. */
static bool
skip_owner(struct reader *r)
{
	while (r->at < r->n) {
		uint8_t len = r->p[r->at++];

		if (!len)
			return true;
		if ((len & 0xc0) == 0xc0) {
			r->at++;
			return r->at <= r->n;
		}
		if (len & 0xc0 || len > r->n - r->at)
			return false;
		r->at += len;
	}
	return false;
}

/* RFC 7871 section 6: family, two lengths in bits, as many octets of the address as it takes. */
static void
read_subnet(const uint8_t *p, size_t n, struct dns_subnet *s)
{
	enum { FRONT = 4 };
	size_t octets;

	if (n < FRONT || p[0] != 0 || (p[1] != 1 && p[1] != 2))
		return;
	s->ip.v6 = p[1] == 2;
	octets = (p[2] + 7u) / 8;
	if (octets > (s->ip.v6 ? 16u : 4u) || n != FRONT + octets)
		return;
	s->source = p[2];
	s->scope = p[3];
	memcpy(s->ip.octets, p + FRONT, octets);
	s->is_there = true;
}

static bool
read_options(const uint8_t *p, size_t n, struct dns_message *m)
{
	while (n >= 4) {
		uint16_t code = ldns_read_uint16(p), len = ldns_read_uint16(p + 2);

		p += 4;
		n -= 4;
		if (len > n)
			return false;
		if (m->options_n < DNS_OPTIONS_MAX)
			m->options[m->options_n++] = code;
		if (code == LDNS_EDNS_CLIENT_SUBNET)
			read_subnet(p, len, &m->subnet);
		p += len;
		n -= len;
	}
	return n == 0;
}

/* RFC 6891 section 6.1: class and TTL of the OPT record mean other things. */
static bool
read_opt(const uint8_t *front, size_t n, struct dns_message *m)
{
	m->has_edns = true;
	m->edns_size = ldns_read_uint16(front + 2);
	m->rcode |= (uint16_t)(front[4] << 4);
	m->edns_version = front[5];
	m->wants_dnssec = front[6] & 0x80;
	return read_options(front + RECORD_LEN, n, m);
}

static bool
read_record(struct reader *r, struct dns_message *m)
{
	const uint8_t *front;
	uint16_t len;

	if (!skip_owner(r) || r->n - r->at < RECORD_LEN)
		return false;
	front = r->p + r->at;
	len = ldns_read_uint16(front + 8);
	r->at += RECORD_LEN;
	if (len > r->n - r->at)
		return false;
	r->at += len;
	if (ldns_read_uint16(front) == LDNS_RR_TYPE_OPT && !m->has_edns)
		return read_opt(front, len, m);
	return true;
}

/* What stands behind the header. */
static bool
read_body(struct reader *r, struct dns_message *m)
{
	unsigned questions = LDNS_QDCOUNT(r->p);
	unsigned records = LDNS_ANCOUNT(r->p) + LDNS_NSCOUNT(r->p) + LDNS_ARCOUNT(r->p);

	if (questions > 1)
		return read_question(r, m) && false; /* RFC 9619: there are no such queries */
	if (questions && !read_question(r, m))
		return false;
	for (unsigned i = 0; i < records; i++)
		if (!read_record(r, m))
			return false;
	return true;
}

bool
dns_message_read(struct span wire, struct dns_message *m)
{
	struct reader r = {(const uint8_t *)wire.p, wire.n, HEADER_LEN};

	*m = (struct dns_message){.id = 0};
	if (wire.n < HEADER_LEN)
		return false;
	m->id = LDNS_ID_WIRE(r.p);
	m->opcode = LDNS_OPCODE_WIRE(r.p);
	m->rcode = LDNS_RCODE_WIRE(r.p);
	m->is_answer = LDNS_QR_WIRE(r.p);
	m->aa = LDNS_AA_WIRE(r.p);
	m->tc = LDNS_TC_WIRE(r.p);
	m->rd = LDNS_RD_WIRE(r.p);
	m->ra = LDNS_RA_WIRE(r.p);
	m->ad = LDNS_AD_WIRE(r.p);
	m->cd = LDNS_CD_WIRE(r.p);
	m->is_malformed = !read_body(&r, m);
	return true;
}

void
dns_type_put(struct buf *out, uint16_t type)
{
	const ldns_rr_descriptor *d = ldns_rr_descript(type);

	switch (type) {
	case LDNS_RR_TYPE_IXFR: buf_puts(out, "IXFR"); return;
	case LDNS_RR_TYPE_AXFR: buf_puts(out, "AXFR"); return;
	case LDNS_RR_TYPE_MAILB: buf_puts(out, "MAILB"); return;
	case LDNS_RR_TYPE_MAILA: buf_puts(out, "MAILA"); return;
	case LDNS_RR_TYPE_ANY: buf_puts(out, "ANY"); return;
	default: break;
	}
	if (d && d->_type == type && d->_name)
		buf_puts(out, d->_name);
	else
		buf_printf(out, "TYPE%u", type);
}

/* Text as a C string, for ldns; false: no type or class is that long. */
static bool
as_string(struct span text, char out[TYPE_TEXT_MAX])
{
	if (!text.n || text.n >= TYPE_TEXT_MAX || memchr(text.p, '\0', text.n))
		return false;
	memcpy(out, text.p, text.n);
	out[text.n] = '\0';
	return true;
}

int
dns_type_read(struct span text)
{
	char name[TYPE_TEXT_MAX];
	ldns_rr_type type = as_string(text, name) ? ldns_get_rr_type_by_name(name) : 0;

	return type || span_ieq(text, SPAN_LIT("TYPE0")) ? (int)type : -1;
}

void
dns_class_put(struct buf *out, uint16_t class)
{
	switch (class) {
	case LDNS_RR_CLASS_IN: buf_puts(out, "IN"); break;
	case LDNS_RR_CLASS_CH: buf_puts(out, "CH"); break;
	case LDNS_RR_CLASS_HS: buf_puts(out, "HS"); break;
	case LDNS_RR_CLASS_NONE: buf_puts(out, "NONE"); break;
	case LDNS_RR_CLASS_ANY: buf_puts(out, "ANY"); break;
	default: buf_printf(out, "CLASS%u", class);
	}
}

int
dns_class_read(struct span text)
{
	char name[TYPE_TEXT_MAX];
	ldns_rr_class class = as_string(text, name) ? ldns_get_rr_class_by_name(name) : 0;

	return class || span_ieq(text, SPAN_LIT("CLASS0")) ? (int)class : -1;
}
