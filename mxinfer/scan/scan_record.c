/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/scan_record.h"

#include "base/base64.h"
#include "base/json_text.h"
#include "base/settings.h"
#include "base/utf8.h"

#define RECORD_START "{\"schema\":\"mx-scan/1\",\"tool\":\"emt-mxscan " EMT_VERSION "\",\"kind\":"

static void
put_text(struct buf *out, const char *key, const char *text)
{
	if (!text)
		return;
	json_text_key(out, key);
	json_text_string(out, span_str(text));
}

/* A stranger's octets: as text, and beside it as they are if they are no text. */
static void
put_octets(struct buf *out, const char *key, const char *key_b64, struct span s)
{
	if (!s.p)
		return;
	json_text_key(out, key);
	json_text_string(out, s);
	if (utf8_valid(s))
		return;
	json_text_key(out, key_b64);
	buf_putc(out, '"');
	base64_put(out, s);
	buf_putc(out, '"');
}

static void
put_hex(struct buf *out, const unsigned char digest[SHA256_LEN])
{
	buf_putc(out, '"');
	for (size_t i = 0; i < SHA256_LEN; i++)
		buf_printf(out, "%02x", digest[i]);
	buf_putc(out, '"');
}

static void
put_texts(struct buf *out, const char *key, const struct route_texts *texts)
{
	if (!texts->n)
		return;
	json_text_key(out, key);
	buf_putc(out, '[');
	for (size_t i = 0; i < texts->n; i++) {
		json_text_next(out);
		json_text_string(out, span_str(texts->v[i]));
	}
	buf_putc(out, ']');
}

static void
put_dnssec(struct buf *out, enum dns_security dnssec)
{
	if (dnssec != DNS_UNCHECKED)
		put_text(out, "dnssec", dns_security_name(dnssec));
}

static void
put_look(struct buf *out, const char *key, const struct route_look *look)
{
	if (look->asked)
		put_text(out, key, dns_outcome_name(look->outcome));
}

/* A look-up with what it found. */
static void
put_found(struct buf *out, const char *key, const struct route_look *look, const char *base,
    const char *records)
{
	if (!look->asked)
		return;
	json_text_key(out, key);
	buf_putc(out, '{');
	put_text(out, "outcome", dns_outcome_name(look->outcome));
	put_dnssec(out, look->dnssec);
	put_text(out, "base", base);
	put_texts(out, records, &look->texts);
	buf_putc(out, '}');
}

static void
put_addresses(struct buf *out, const struct route_mx *mx, bool variants)
{
	char text[IP_TEXT_MAX];

	json_text_key(out, "addresses");
	buf_putc(out, '[');
	for (size_t i = 0; i < mx->addresses_n; i++) {
		json_text_next(out);
		buf_putc(out, '"');
		buf_puts(out, ip_text(&mx->addresses[i], text));
		/* Canonical names need no escapes. */
		if (variants)
			buf_printf(out, "#%s", mx->name);
		buf_putc(out, '"');
	}
	buf_putc(out, ']');
}

static void
put_mx(struct buf *out, const struct route_mx *mx, bool variants)
{
	buf_putc(out, '{');
	put_text(out, "name", mx->name);
	json_text_key(out, "preference");
	json_text_int(out, mx->preference);
	if (mx->implicit) {
		json_text_key(out, "implicit");
		buf_puts(out, "true");
	}
	if (mx->resolved) {
		put_look(out, "a", &mx->a);
		put_look(out, "aaaa", &mx->aaaa);
		put_texts(out, "cname", &mx->cname);
		put_addresses(out, mx, variants);
		put_found(out, "tlsa", &mx->tlsa, mx->tlsa_base, "records");
	}
	buf_putc(out, '}');
}

void
scan_record_domain(struct buf *out, const struct mail_route *route, bool variants)
{
	buf_puts(out, RECORD_START "\"domain\"");
	put_text(out, "domain", route->domain);
	json_text_key(out, "time");
	json_text_seconds(out, route->time_us);
	put_text(out, "outcome", dns_outcome_name(route->outcome));
	put_text(out, "why", route->why);
	put_dnssec(out, route->dnssec);
	put_texts(out, "cname", &route->cname);
	put_found(out, "mta_sts", &route->mta_sts, NULL, "txt");
	json_text_key(out, "mx");
	buf_putc(out, '[');
	for (size_t i = 0; i < route->mx_n; i++) {
		json_text_next(out);
		put_mx(out, &route->mx[i], variants);
	}
	buf_puts(out, "]}\n");
}

static void
put_as(struct buf *out, const struct scan_address *a)
{
	if (!a->as_n)
		return;
	json_text_key(out, "as");
	buf_putc(out, '[');
	for (size_t i = 0; i < a->as_n; i++) {
		json_text_next(out);
		json_text_int(out, a->as[i]);
	}
	buf_putc(out, ']');
}

static void
put_tls(struct buf *out, const struct visit *v)
{
	if (!v->tls_version && !v->tls_cipher && !v->tls_alert && !v->tls_error)
		return;
	json_text_key(out, "tls");
	buf_putc(out, '{');
	put_text(out, "version", v->tls_version);
	put_text(out, "cipher", v->tls_cipher);
	put_text(out, "alert", v->tls_alert);
	put_text(out, "error", v->tls_error);
	buf_putc(out, '}');
}

static void
put_visit(struct buf *out, const struct visit *v)
{
	put_octets(out, "banner", "banner_b64", v->banner);
	put_octets(out, "ehlo", "ehlo_b64", v->ehlo);
	if (v->helo) {
		json_text_key(out, "helo");
		buf_puts(out, "true");
	}
	if (v->cut) {
		json_text_key(out, "cut");
		buf_puts(out, "true");
	}
	if (v->starttls != STARTTLS_NOT_TRIED)
		put_text(out, "starttls", visit_starttls_name(v->starttls));
	put_tls(out, v);
}

static void
put_names(struct buf *out, const struct certificate *c)
{
	json_text_key(out, "names");
	buf_putc(out, '[');
	if (c->common_name.p)
		json_text_string(out, c->common_name);
	for (size_t i = 0; i < c->names_n; i++) {
		json_text_next(out);
		json_text_string(out, c->names[i]);
	}
	buf_putc(out, ']');
}

/* One that cannot be read has none. */
static void
put_time(struct buf *out, const char *key, int64_t utc)
{
	if (utc == INT64_MAX || utc == INT64_MIN)
		return;
	json_text_key(out, key);
	json_text_int(out, utc);
}

static void
put_certificate(struct buf *out, const struct scan_address *a)
{
	const struct certificate *c = a->certificate;

	json_text_key(out, "certificate");
	buf_putc(out, '{');
	json_text_key(out, "sha256");
	put_hex(out, c->sha256);
	put_names(out, c);
	put_time(out, "not_before", c->not_before_utc);
	put_time(out, "not_after", c->not_after_utc);
	if (a->raw) {
		json_text_key(out, "raw");
		buf_putc(out, '"');
		base64_put(out, a->visit->chain[0]);
		buf_putc(out, '"');
	}
	buf_putc(out, '}');
	if (!a->chain_n)
		return;
	json_text_key(out, "chain");
	buf_putc(out, '[');
	for (size_t i = 0; i < a->chain_n; i++) {
		json_text_next(out);
		put_hex(out, a->chain[i]);
	}
	buf_putc(out, ']');
}

static void
put_verdict(struct buf *out, const struct scan_address *a)
{
	json_text_key(out, "trusted");
	buf_puts(out, a->trusted ? "true" : "false");
	put_text(out, "verify", a->verify);
	if (a->compared_n) {
		json_text_key(out, "compared");
		buf_putc(out, '[');
		for (size_t i = 0; i < a->compared_n; i++) {
			json_text_next(out);
			json_text_string(out, a->compared[i]);
		}
		buf_putc(out, ']');
	}
}

void
scan_record_address(struct buf *out, const struct scan_address *a)
{
	const struct visit *v = a->visit;
	char text[IP_TEXT_MAX];

	buf_puts(out, RECORD_START "\"address\"");
	put_text(out, "address", ip_text(&a->address, text));
	if (a->variant.n) {
		json_text_key(out, "variant");
		json_text_string(out, a->variant);
	}
	if (v) {
		json_text_key(out, "time");
		json_text_seconds(out, v->begun_utc_us);
		json_text_key(out, "ms");
		json_text_int(out, v->took_us / 1000);
	}
	put_text(out, "outcome", a->outcome);
	put_text(out, "why", v ? v->why : NULL);
	put_as(out, a);
	if (v)
		put_visit(out, v);
	put_text(out, "dane", a->dane);
	if (v && v->chain_n) {
		put_verdict(out, a);
		if (a->certificate)
			put_certificate(out, a);
	}
	buf_puts(out, "}\n");
}
