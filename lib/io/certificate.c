/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/certificate.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/clock.h"

const char *
certificate_st_name(enum certificate_st st)
{
	switch (st) {
	case CERTIFICATE_OK: return "ok";
	case CERTIFICATE_ABSENT: return "no certificate in it";
	case CERTIFICATE_TOO_BIG: return "larger than a certificate can be (1 MiB)";
	case CERTIFICATE_MALFORMED: return "not an X.509 certificate";
	}
	abort();
}

static struct span
string_span(const ASN1_STRING *s)
{
	return (struct span){(const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)};
}

static int64_t
time_utc(const ASN1_TIME *t, int64_t unreadable)
{
	struct tm tm;

	if (!t || !ASN1_TIME_to_tm(t, &tm))
		return unreadable;
	return civil_to_epoch(
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void
take_names(struct arena *a, X509 *x, struct certificate *c)
{
	int found;
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, &found, NULL);
	int n = all ? sk_GENERAL_NAME_num(all) : 0;
	size_t dns_n = 0;

	c->names_bad = !all && found != -1; /* -1: there is none; all else: it cannot be read */
	for (int i = 0; i < n; i++)
		dns_n += sk_GENERAL_NAME_value(all, i)->type == GEN_DNS;
	c->names = arena_alloc(
	    a, (dns_n < CERTIFICATE_NAMES_MAX ? dns_n : CERTIFICATE_NAMES_MAX) * sizeof *c->names);
	for (int i = 0; i < n; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(all, i);

		if (name->type != GEN_DNS)
			continue;
		if (c->names_n < CERTIFICATE_NAMES_MAX)
			c->names[c->names_n++] = arena_span(a, string_span(name->d.dNSName));
		else
			c->names_dropped++;
	}
	GENERAL_NAMES_free(all);
}

static void
take_common_name(struct arena *a, X509 *x, struct certificate *c)
{
	X509_NAME *subject = X509_get_subject_name(x);
	unsigned char *utf8;
	int at = -1, next, n;

	while ((next = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0)
		at = next; /* the last is the most specific, RFC 6125 section 6.4.4 */
	if (at < 0)
		return;
	n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (n < 0)
		return;
	c->common_name = arena_span(a, (struct span){(const char *)utf8, (size_t)n});
	OPENSSL_free(utf8);
}

static void
digest(struct span data, unsigned char out[SHA256_LEN])
{
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, data);
	sha256_end(&s, out);
}

static bool
take_key(X509 *x, struct certificate *c)
{
	unsigned char *spki = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);

	if (n <= 0)
		return false;
	digest((struct span){(const char *)spki, (size_t)n}, c->spki_sha256);
	OPENSSL_free(spki);
	return true;
}

enum certificate_st
certificate_read(struct arena *a, struct span der, struct certificate *c)
{
	const unsigned char *p = (const unsigned char *)der.p;
	enum certificate_st st = CERTIFICATE_MALFORMED;
	X509 *x;

	*c = (struct certificate){.not_before_utc = INT64_MAX, .not_after_utc = INT64_MIN};
	if (der.n == 0)
		return CERTIFICATE_ABSENT;
	if (der.n > CERTIFICATE_DER_MAX)
		return CERTIFICATE_TOO_BIG;
	x = d2i_X509(NULL, &p, (long)der.n);
	if (x && p == (const unsigned char *)der.p + der.n && take_key(x, c)) {
		take_names(a, x, c);
		take_common_name(a, x, c);
		c->not_before_utc = time_utc(X509_get0_notBefore(x), INT64_MAX);
		c->not_after_utc = time_utc(X509_get0_notAfter(x), INT64_MIN);
		digest(der, c->sha256);
		st = CERTIFICATE_OK;
	}
	X509_free(x);
	/* What went wrong is told by the outcome; OpenSSL would tell it to whoever asks next. */
	ERR_clear_error();
	return st;
}

/* The octet behind `what`, searched from `from` on; 0 if it is not there. */
static size_t
behind(struct span text, size_t from, struct span what)
{
	const char *hit;

	if (from > text.n)
		return 0;
	hit = memmem(text.p + from, text.n - from, what.p, what.n);
	return hit ? (size_t)(hit - text.p) + what.n : 0;
}

bool
certificate_pem_next(struct arena *a, struct span *text, struct span *der)
{
	static const struct span begin = SPAN_LIT("-----BEGIN CERTIFICATE-----"),
				 end = SPAN_LIT("-----END CERTIFICATE-----");
	size_t from = behind(*text, 0, begin), to = from ? behind(*text, from, end) : 0;
	struct span body;
	struct buf packed, octets;

	*der = (struct span){NULL, 0};
	if (!to) {
		*text = (struct span){NULL, 0};
		return false;
	}
	body = (struct span){text->p + from, to - end.n - from};
	*text = span_from(*text, to);
	/* One octet over the limit is kept, so that certificate_read sees that it is too big. */
	buf_init(&packed, (size_t)CERTIFICATE_DER_MAX / 3 * 4 + 8);
	buf_init(&octets, (size_t)CERTIFICATE_DER_MAX + 6);
	while (body.p) {
		struct span line = span_cut(&body, '\n');

		buf_put(&packed, span_trim(line));
	}
	if (base64_take(&octets, buf_span(&packed)))
		*der = arena_span(a, buf_span(&octets));
	buf_free(&packed);
	buf_free(&octets);
	return true;
}

enum certificate_st
certificate_read_text(struct arena *a, struct span text, struct certificate *c)
{
	struct span der, rest = text;

	/* DER begins with the tag of a SEQUENCE, which is the character 0: prose could, too. */
	if (certificate_pem_next(a, &rest, &der))
		return certificate_read(a, der, c);
	if (text.n && text.p[0] == 0x30)
		return certificate_read(a, text, c);
	return certificate_read(a, (struct span){NULL, 0}, c);
}

static bool
name_covers(struct span name, struct span host)
{
	if (span_starts(name, SPAN_LIT("*."))) {
		size_t dot = span_find(host, '.');

		/* "*." alone, or a host of one label, matches nothing. */
		return dot > 0 && dot < host.n && name.n > 2 &&
		       span_ieq(span_from(name, 1), span_from(host, dot));
	}
	return span_ieq(name, host);
}

bool
certificate_covers(const struct certificate *c, struct span host)
{
	if (host.n == 0)
		return false;
	if (c->names_n == 0 && !c->names_bad)
		return name_covers(c->common_name, host);
	for (size_t i = 0; i < c->names_n; i++)
		if (name_covers(c->names[i], host))
			return true;
	return false;
}

const char *
certificate_pin(const struct certificate *c, char out[CERTIFICATE_PIN_MAX])
{
	static const char digits[] = "0123456789abcdef";
	char *p = out + snprintf(out, CERTIFICATE_PIN_MAX, "3 1 1 ");

	for (size_t i = 0; i < SHA256_LEN; i++) {
		*p++ = digits[c->spki_sha256[i] >> 4];
		*p++ = digits[c->spki_sha256[i] & 15];
	}
	*p = '\0';
	return out;
}
