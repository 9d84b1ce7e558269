/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/arena.h"
#include "base/json_text.h"
#include "base/settings.h"
#include "mxinfer/convert_parts.h"
#include "mxinfer/intern.h"
#include "base/keyed_hash.h"

#define RECORD_START "{\"schema\":\"mx-scan/1\",\"tool\":\"emt-mxinfer " EMT_VERSION "\",\"kind\":"

/* An address as the key of a table. */
enum { KEY_ADDRESS = 17, KEY_SCAN = KEY_ADDRESS + sizeof(struct hash128) };

struct mx_scan {
	struct convert c; /* first */

	/* The domain whose rows are being gathered, as it will be written. */
	struct buf domain; /* its name */
	struct buf list;   /* its MX, all but the end of the last one */
	struct buf mx;     /* the name of the last one */
	uint16_t preference;
	bool implicit, domain_open, mx_open;

	/* The host and certificate that were described last: members of an address record. */
	struct buf host, cert;

	/* Addresses that a row told something of, and how many different scans of each there are;
	 * the scans by address and content, and the number of each among those of its address. */
	struct intern addresses, scans;
	uint32_t *scans_n, *scan_number;
	size_t scans_n_room, scan_number_room;
};

static void
end_domain(struct mx_scan *m)
{
	struct buf *out = &m->c.out;

	if (!m->domain_open)
		return;
	buf_puts(out, RECORD_START "\"domain\",\"domain\":");
	json_text_string(out, buf_span(&m->domain));
	buf_puts(out, ",\"outcome\":\"ok\",\"mx\":[");
	buf_put(out, buf_span(&m->list));
	buf_puts(out, "]}]}\n");
	buf_clear(&m->domain);
	buf_clear(&m->list);
	m->domain_open = m->mx_open = false;
	convert_record(&m->c);
}

static void
on_domain(struct facts *f, const struct fact_domain *fact)
{
	static const char *const rest[] = {
	    [FACT_DNS_NO_MX] = "nodata\",\"mx\":[]}\n",
	    [FACT_DNS_NULL_MX] = "ok\",\"mx\":[{\"name\":\".\",\"preference\":0}]}\n",
	    [FACT_DNS_NOT_KNOWN] = "unknown\",\"mx\":[]}\n",
	};
	struct mx_scan *m = (struct mx_scan *)f;
	struct buf *out = &m->c.out;

	end_domain(m);
	buf_puts(out, RECORD_START "\"domain\",\"domain\":");
	json_text_string(out, fact->domain);
	buf_puts(out, ",\"outcome\":\"");
	buf_puts(out, rest[fact->dns]);
	convert_record(&m->c);
}

static void
begin_mx(struct mx_scan *m, const struct fact_mx *fact)
{
	if (m->mx_open)
		buf_puts(&m->list, "]},");
	buf_puts(&m->list, "{\"name\":");
	json_text_string(&m->list, fact->mx.n ? fact->mx : SPAN_LIT("."));
	buf_puts(&m->list, ",\"preference\":");
	json_text_int(&m->list, fact->preference);
	if (fact->implicit)
		buf_puts(&m->list, ",\"implicit\":true");
	buf_puts(&m->list, ",\"addresses\":[");
	buf_clear(&m->mx);
	buf_put(&m->mx, fact->mx);
	m->preference = fact->preference;
	m->implicit = fact->implicit;
	m->mx_open = true;
}

static void
write_address(struct mx_scan *m, const struct ip *ip, struct span variant, const uint32_t *as,
    size_t as_n, bool host)
{
	struct buf *out = &m->c.out;
	uint32_t all[FACT_AS_MAX];
	char text[IP_TEXT_MAX];

	as_n = convert_as(&m->c, ip, all, convert_as_join(all, 0, as, as_n));
	buf_puts(out, RECORD_START "\"address\",\"address\":\"");
	buf_puts(out, ip_text(ip, text));
	buf_putc(out, '"');
	if (variant.n) {
		buf_puts(out, ",\"variant\":");
		json_text_string(out, variant);
	}
	buf_puts(out, host ? ",\"outcome\":\"ok\"" : ",\"outcome\":\"unknown\"");
	if (as_n) {
		buf_puts(out, ",\"as\":[");
		for (size_t i = 0; i < as_n; i++) {
			json_text_next(out);
			json_text_int(out, all[i]);
		}
		buf_putc(out, ']');
	}
	if (host)
		buf_put(out, buf_span(&m->host));
	buf_puts(out, "}\n");
	convert_record(&m->c);
}

/* The number of a key in a table, and beside it what belongs to that; new ones start at 0. */
static uint32_t *
beside(struct intern *t, uint32_t **array, size_t *room, struct span key, bool *fresh)
{
	size_t before = t->n;
	uint32_t id = intern_add(t, key, keyed_hash(key));

	*array = intern_beside(*array, room, id, sizeof **array);
	*fresh = id > before;
	if (*fresh)
		(*array)[id] = 0;
	return &(*array)[id];
}

/* Which of the scans of its address a row's is, from 1; 0 if the row tells nothing of it.  *fresh:
 * it was not met before. */
static uint32_t
scan_of(struct mx_scan *m, const struct fact_mx *fact, bool *fresh)
{
	char key[KEY_SCAN];
	uint32_t *scans_n, *number;
	struct hash128 content;
	struct buf all;

	key[0] = fact->address->v6;
	memcpy(key + 1, fact->address->octets, sizeof fact->address->octets);
	scans_n = beside(
	    &m->addresses, &m->scans_n, &m->scans_n_room, (struct span){key, KEY_ADDRESS}, fresh);
	buf_init(&all, SIZE_MAX / 4);
	buf_put(&all, (struct span){(const char *)fact->as, fact->as_n * sizeof *fact->as});
	buf_putc(&all, fact->host ? '+' : '-');
	if (fact->host)
		buf_put(&all, buf_span(&m->host));
	content = keyed_hash_128(buf_span(&all));
	buf_free(&all);
	memcpy(key + KEY_ADDRESS, &content, sizeof content);
	number = beside(
	    &m->scans, &m->scan_number, &m->scan_number_room, (struct span){key, KEY_SCAN}, fresh);
	if (*fresh && (fact->host || fact->as_n))
		*number = ++*scans_n;
	return *number;
}

static void
add_address(struct mx_scan *m, const struct fact_mx *fact)
{
	char text[IP_TEXT_MAX];
	bool fresh;
	uint32_t number = scan_of(m, fact, &fresh);
	struct buf variant, key;

	buf_init(&variant, SIZE_MAX / 4);
	buf_init(&key, SIZE_MAX / 4);
	buf_put(&variant, fact->variant);
	if (number)
		buf_printf(&variant, "%s%u", fact->variant.n ? "#" : "", (unsigned)number);
	/* Of an address that no row tells of an AS table may. */
	if (fresh && (number || m->c.table_filled))
		write_address(
		    m, fact->address, buf_span(&variant), fact->as, fact->as_n, fact->host != 0);
	buf_puts(&key, ip_text(fact->address, text));
	if (variant.n)
		buf_putc(&key, '#');
	buf_put(&key, buf_span(&variant));
	json_text_next(&m->list);
	json_text_string(&m->list, buf_span(&key));
	buf_free(&variant);
	buf_free(&key);
}

static void
on_mx(struct facts *f, const struct fact_mx *fact)
{
	struct mx_scan *m = (struct mx_scan *)f;

	if (!m->domain_open || !span_eq(fact->domain, buf_span(&m->domain))) {
		end_domain(m);
		buf_put(&m->domain, fact->domain);
		m->domain_open = true;
	}
	if (!m->mx_open || !span_eq(fact->mx, buf_span(&m->mx)) ||
	    fact->preference != m->preference || fact->implicit != m->implicit)
		begin_mx(m, fact);
	if (fact->address)
		add_address(m, fact);
}

static void
on_address(struct facts *f, const struct fact_address *fact)
{
	struct mx_scan *m = (struct mx_scan *)f;

	write_address(m, &fact->address, fact->variant, fact->as, fact->as_n, fact->host != 0);
}

static uint32_t
on_host(struct facts *f, struct span bytes, uint32_t note, const struct fact_host *host)
{
	struct mx_scan *m = (struct mx_scan *)f;
	struct buf *out = &m->host;

	(void)bytes;
	(void)note;
	buf_clear(out);
	if (host->banner.p) {
		buf_puts(out, ",\"banner\":");
		json_text_string(out, host->banner);
	}
	if (host->ehlo.p) {
		buf_puts(out, ",\"ehlo\":");
		json_text_string(out, host->ehlo);
	}
	if (host->cert) {
		buf_puts(out, host->trusted ? ",\"trusted\":true" : ",\"trusted\":false");
		buf_puts(out, ",\"certificate\":");
		buf_put(out, buf_span(&m->cert));
	}
	return 1;
}

static uint32_t
on_cert(struct facts *f, struct span bytes, uint32_t note, const struct fact_cert *cert)
{
	struct mx_scan *m = (struct mx_scan *)f;
	struct buf *out = &m->cert;

	(void)bytes;
	(void)note;
	buf_clear(out);
	buf_puts(out, "{\"names\":[");
	for (size_t i = 0; i < cert->names_n; i++) {
		json_text_next(out);
		json_text_string(out, cert->names[i]);
	}
	buf_putc(out, ']');
	if (m->c.params.raw && cert->raw.p) {
		buf_puts(out, ",\"raw\":");
		json_text_string(out, cert->raw);
	}
	buf_putc(out, '}');
	return 1;
}

static void
end(struct convert *c)
{
	struct mx_scan *m = (struct mx_scan *)c;

	end_domain(m);
	buf_free(&m->domain);
	buf_free(&m->list);
	buf_free(&m->mx);
	buf_free(&m->host);
	buf_free(&m->cert);
	intern_free(&m->addresses);
	intern_free(&m->scans);
	free(m->scans_n);
	free(m->scan_number);
}

struct convert *
convert_mx_scan_new(void)
{
	struct mx_scan *m = must(calloc(1, sizeof *m));
	struct buf *const bufs[] = {&m->domain, &m->list, &m->mx, &m->host, &m->cert};

	for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
		buf_init(bufs[i], SIZE_MAX / 4);
	m->c.facts.domain = on_domain;
	m->c.facts.mx = on_mx;
	m->c.facts.address = on_address;
	m->c.facts.host = on_host;
	m->c.facts.cert = on_cert;
	m->c.end = end;
	return &m->c;
}
