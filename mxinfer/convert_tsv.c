/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/arena.h"
#include "mxinfer/convert_parts.h"
#include "mxinfer/intern.h"
#include "base/keyed_hash.h"
#include "base/value_text.h"

/* A fact of a domain, to become a row or several.  Texts are numbers in `texts`. */
struct row {
	uint32_t domain, mx;
	uint32_t address; /* of `addresses`; 0: none */
	uint32_t as;      /* of `texts`, as octets; 0: none */
	uint32_t host;    /* 0: none */
	uint16_t preference;
	bool has_mx;
};

/* What is known of an address, whichever domain's; several are a list. */
struct known {
	uint32_t as, host, next;
};

struct table {
	struct convert c; /* first */
	struct row *rows;
	size_t rows_n, rows_room;
	struct intern texts;
	struct intern hosts;                /* scan columns */
	struct intern addresses;            /* family, octets, variant */
	uint32_t *known_first, *known_last; /* by address; 0: none */
	size_t known_first_room, known_last_room;
	struct known *known; /* from 1 */
	size_t known_n, known_room;
	struct buf column, cert; /* of the host and certificate that were described last */
};

static uint32_t
add(struct intern *t, struct span s)
{
	return intern_add(t, s, keyed_hash(s));
}

static uint32_t
add_as(struct table *t, const uint32_t *as, size_t as_n)
{
	return as_n ? add(&t->texts, (struct span){(const char *)as, as_n * sizeof *as}) : 0;
}

static uint32_t
add_address(struct table *t, const struct ip *ip, struct span variant)
{
	size_t before = t->addresses.n;
	struct buf key;
	uint32_t id;

	buf_init(&key, SIZE_MAX / 4);
	buf_putc(&key, (char)ip->v6);
	buf_put(&key, (struct span){(const char *)ip->octets, sizeof ip->octets});
	buf_put(&key, variant);
	id = add(&t->addresses, buf_span(&key));
	buf_free(&key);
	t->known_first =
	    intern_beside(t->known_first, &t->known_first_room, id, sizeof *t->known_first);
	t->known_last =
	    intern_beside(t->known_last, &t->known_last_room, id, sizeof *t->known_last);
	if (id > before)
		t->known_first[id] = t->known_last[id] = 0;
	return id;
}

static struct row *
new_row(struct table *t, struct span domain)
{
	struct row *row;

	t->rows = intern_beside(t->rows, &t->rows_room, t->rows_n, sizeof *t->rows);
	row = &t->rows[t->rows_n++];
	*row = (struct row){.domain = add(&t->texts, domain)};
	return row;
}

/* The null MX is "." (RFC 7505), however the input has it. */
static void
set_mx(struct table *t, struct row *row, struct span mx, uint16_t preference)
{
	row->mx = add(&t->texts, mx.n ? mx : SPAN_LIT("."));
	row->preference = preference;
	row->has_mx = true;
}

static void
on_domain(struct facts *f, const struct fact_domain *fact)
{
	struct table *t = (struct table *)f;
	struct row *row = new_row(t, fact->domain);

	if (fact->dns == FACT_DNS_NULL_MX)
		set_mx(t, row, SPAN_LIT("."), 0);
}

static void
on_mx(struct facts *f, const struct fact_mx *fact)
{
	struct table *t = (struct table *)f;
	struct row *row = new_row(t, fact->domain);

	if (fact->implicit)
		return;
	set_mx(t, row, fact->mx, fact->preference);
	row->host = fact->host;
	row->as = add_as(t, fact->as, fact->as_n);
	if (fact->address)
		row->address = add_address(t, fact->address, fact->variant);
}

static void
on_address(struct facts *f, const struct fact_address *fact)
{
	struct table *t = (struct table *)f;
	uint32_t id = add_address(t, &fact->address, fact->variant);
	size_t n = ++t->known_n;

	t->known = intern_beside(t->known, &t->known_room, n, sizeof *t->known);
	t->known[n] = (struct known){add_as(t, fact->as, fact->as_n), fact->host, 0};
	if (t->known_first[id])
		t->known[t->known_last[id]].next = (uint32_t)n;
	else
		t->known_first[id] = (uint32_t)n;
	t->known_last[id] = (uint32_t)n;
}

/* PEM of a certificate in either of its forms, as the Python tool wants it. */
static void
put_pem(struct buf *out, struct span raw)
{
	enum { LINE = 64 };
	struct buf pem;

	buf_init(&pem, SIZE_MAX / 4);
	if (memmem(raw.p, raw.n, "-----BEGIN", 10)) {
		buf_put(&pem, raw);
	} else {
		buf_puts(&pem, "-----BEGIN CERTIFICATE-----\n");
		for (; raw.n; raw = span_from(raw, LINE)) {
			buf_put(&pem, (struct span){raw.p, raw.n < LINE ? raw.n : LINE});
			buf_putc(&pem, '\n');
		}
		buf_puts(&pem, "-----END CERTIFICATE-----\n");
	}
	value_text_put_python(out, buf_span(&pem));
	buf_free(&pem);
}

static uint32_t
on_cert(struct facts *f, struct span bytes, uint32_t note, const struct fact_cert *cert)
{
	struct buf *out = &((struct table *)f)->cert;

	(void)bytes;
	(void)note;
	buf_clear(out);
	buf_putc(out, '{');
	if (cert->raw.p) {
		buf_puts(out, "'raw': ");
		put_pem(out, cert->raw);
		buf_puts(out, ", ");
	}
	buf_puts(out, "'parsed': {'names': [");
	for (size_t i = 0; i < cert->names_n; i++) {
		buf_puts(out, i ? ", " : "");
		value_text_put_python(out, cert->names[i]);
	}
	buf_puts(out, "]}}");
	return 1;
}

static uint32_t
on_host(struct facts *f, struct span bytes, uint32_t note, const struct fact_host *host)
{
	struct table *t = (struct table *)f;
	struct buf *out = &t->column;
	const char *comma = "";

	(void)bytes;
	(void)note;
	buf_clear(out);
	buf_puts(out, "{'smtp': {'starttls': {");
	if (host->banner.p) {
		buf_puts(out, "'banner': ");
		value_text_put_python(out, host->banner);
		comma = ", ";
	}
	if (host->ehlo.p) {
		buf_printf(out, "%s'ehlo': ", comma);
		value_text_put_python(out, host->ehlo);
		comma = ", ";
	}
	if (host->cert) {
		buf_printf(out, "%s'tls': {'certificate': ", comma);
		buf_put(out, buf_span(&t->cert));
		buf_printf(out, ", 'validation': {'browser_trusted': %s}}",
		    host->trusted ? "True" : "False");
	}
	/* Where there is a certificate, the tool wants this one, too. */
	buf_puts(out, host->cert ? "}, 'x509_msg': ''}}" : "}}}");
	return add(&t->hosts, buf_span(out));
}

/* A field of csv's: in quotes where it has to be. */
static void
put_field(struct buf *out, struct span s)
{
	bool quoted = false;

	for (size_t i = 0; i < s.n && !quoted; i++)
		quoted = s.p[i] == '"' || s.p[i] == '\t' || s.p[i] == '\n' || s.p[i] == '\r';
	if (!quoted) {
		buf_put(out, s);
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, s.p[i]);
	}
	buf_putc(out, '"');
}

static size_t
join_as(struct table *t, uint32_t as[FACT_AS_MAX], size_t n, uint32_t set)
{
	struct span s = intern_text(&t->texts, set);
	uint32_t more[FACT_AS_MAX];
	size_t more_n = s.n / sizeof *more;

	if (!set)
		return n;
	more_n = more_n < FACT_AS_MAX ? more_n : FACT_AS_MAX;
	memcpy(more, s.p, more_n * sizeof *more);
	return convert_as_join(as, n, more, more_n);
}

static void
put_as(struct buf *out, const uint32_t *as, size_t n)
{
	if (n > 1)
		buf_putc(out, '{');
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%u", i ? "," : "", (unsigned)as[i]);
	if (n > 1)
		buf_putc(out, '}');
}

static struct ip
address_ip(const struct table *t, uint32_t address)
{
	struct span key = intern_text(&t->addresses, address);
	struct ip ip = {.v6 = key.p[0]};

	memcpy(ip.octets, key.p + 1, sizeof ip.octets);
	return ip;
}

/* Names that no row may hold, of octets that would break it, were bad rows; csv guards the others.
 */
static void
put_row(struct table *t, const struct row *row, uint32_t host)
{
	struct buf *out = &t->c.out;
	uint32_t as[FACT_AS_MAX];
	char text[IP_TEXT_MAX];
	size_t n;

	put_field(out, intern_text(&t->texts, row->domain));
	buf_putc(out, '\t');
	if (row->has_mx)
		put_field(out, intern_text(&t->texts, row->mx));
	buf_putc(out, '\t');
	if (row->has_mx)
		buf_printf(out, "%d", row->preference);
	buf_putc(out, '\t');
	if (row->address) {
		struct ip ip = address_ip(t, row->address);

		buf_puts(out, ip_text(&ip, text));
		buf_putc(out, '\t');
		n = join_as(t, as, 0, row->as);
		for (uint32_t k = t->known_first[row->address]; k; k = t->known[k].next)
			n = join_as(t, as, n, t->known[k].as);
		put_as(out, as, convert_as(&t->c, &ip, as, n));
	} else {
		buf_putc(out, '\t');
	}
	buf_putc(out, '\t');
	if (host)
		put_field(out, intern_text(&t->hosts, host));
	buf_putc(out, '\n');
	convert_record(&t->c);
}

/* A row for each thing that was heard at its address. */
static void
put_rows(struct table *t, const struct row *row)
{
	bool any = row->host != 0;

	if (row->host)
		put_row(t, row, row->host);
	for (uint32_t k = row->address ? t->known_first[row->address] : 0; k; k = t->known[k].next)
		if (t->known[k].host) {
			put_row(t, row, t->known[k].host);
			any = true;
		}
	if (!any)
		put_row(t, row, 0);
}

static void
end(struct convert *c)
{
	struct table *t = (struct table *)c;

	buf_puts(&c->out, "domain_name\tmx\tmx_pref\tip_of_mx\tasn_of_ip\tdict_scanning_data\n");
	for (size_t i = 0; i < t->rows_n; i++)
		put_rows(t, &t->rows[i]);
	intern_free(&t->texts);
	intern_free(&t->hosts);
	intern_free(&t->addresses);
	free(t->rows);
	free(t->known_first);
	free(t->known_last);
	free(t->known);
	buf_free(&t->column);
	buf_free(&t->cert);
}

struct convert *
convert_tsv_new(void)
{
	struct table *t = must(calloc(1, sizeof *t));

	buf_init(&t->column, SIZE_MAX / 4);
	buf_init(&t->cert, SIZE_MAX / 4);
	t->c.facts.domain = on_domain;
	t->c.facts.mx = on_mx;
	t->c.facts.address = on_address;
	t->c.facts.host = on_host;
	t->c.facts.cert = on_cert;
	t->c.end = end;
	return &t->c;
}
