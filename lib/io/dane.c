/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/dane.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "io/x509_chain.h"

enum { USAGE_TA = 2, USAGE_EE = 3, OCTET_DIGITS = 3, BLANKS_MAX = 1000 };

static unsigned
take_octet(struct cursor *c)
{
	uint64_t n = cur_number(c, OCTET_DIGITS);

	if (n > 255)
		cur_fail(c);
	if (!is_blank((char)cur_peek(c)))
		cur_fail(c);
	cur_blanks(c, BLANKS_MAX);
	return (unsigned)n;
}

bool
tlsa_read(struct arena *a, struct span text, struct tlsa *out)
{
	struct cursor c = cursor_on(span_trim(text));
	struct buf data;
	bool whole = true;
	int high = -1;

	*out = (struct tlsa){0};
	out->usage = take_octet(&c);
	out->selector = take_octet(&c);
	out->matching = take_octet(&c);
	buf_init(&data, DANE_DATA_MAX);
	for (struct span hex = cur_rest(&c); hex.n && whole; hex = span_from(hex, 1)) {
		int value = hex_value(hex.p[0]);

		if (is_blank(hex.p[0]))
			continue;
		whole = value >= 0;
		if (whole && high >= 0)
			buf_putc(&data, (char)(high << 4 | value));
		high = high < 0 ? value : -1;
	}
	whole = whole && !c.failed && high < 0 && data.n && !data.overflow;
	if (whole)
		out->data = arena_span(a, buf_span(&data));
	buf_free(&data);
	return whole;
}

/* As for TLS clients (tls.c): to make one costs more than to use it. */
static SSL_CTX *
context(void)
{
	static _Atomic(SSL_CTX *) made;
	SSL_CTX *none = NULL, *ctx = atomic_load(&made);

	if (ctx)
		return ctx;
	ctx = must(SSL_CTX_new(TLS_client_method()));
	if (SSL_CTX_dane_enable(ctx) <= 0)
		out_of_memory();
	SSL_CTX_dane_set_flags(ctx, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	if (atomic_compare_exchange_strong(&made, &none, ctx))
		return ctx;
	SSL_CTX_free(ctx);
	return none;
}

/* Hands OpenSSL the usable records; their number. */
static size_t
add_records(SSL *ssl, const char *const *records, size_t records_n)
{
	struct arena *a = arena_new();
	size_t usable = 0;

	for (size_t i = 0; i < records_n && i < DANE_RECORDS_MAX; i++) {
		struct tlsa t;

		/* RFC 7672 section 3.1.3: usages 0 and 1 are for the roots of the Web. */
		if (!tlsa_read(a, span_str(records[i]), &t) || t.usage < USAGE_TA ||
		    t.usage > USAGE_EE)
			continue;
		usable += SSL_dane_tlsa_add(ssl, (uint8_t)t.usage, (uint8_t)t.selector,
			      (uint8_t)t.matching, (const unsigned char *)t.data.p, t.data.n) > 0;
	}
	arena_free(a);
	return usable;
}

static enum dane_st
outcome(int error)
{
	switch (error) {
	case X509_V_OK: return DANE_OK;
	case X509_V_ERR_DANE_NO_MATCH: return DANE_MISMATCH;
	case X509_V_ERR_HOSTNAME_MISMATCH: return DANE_NAME_MISMATCH;
	case X509_V_ERR_CERT_HAS_EXPIRED: return DANE_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID: return DANE_NOT_YET_VALID;
	default: return DANE_OTHER;
	}
}

static enum dane_st
verify(
    SSL *ssl, struct x509_chain *chain, const char *const *names, size_t names_n, int64_t now_utc)
{
	X509_STORE *no_roots = must(X509_STORE_new());
	X509_STORE_CTX *ctx = must(X509_STORE_CTX_new());
	X509_VERIFY_PARAM *param;
	enum dane_st st = DANE_OTHER;

	if (!X509_STORE_CTX_init(ctx, no_roots, chain->leaf, chain->others) ||
	    !X509_STORE_CTX_set_default(ctx, "ssl_server"))
		out_of_memory();
	X509_STORE_CTX_set0_dane(ctx, SSL_get0_dane(ssl));
	X509_STORE_CTX_set_time(ctx, 0, (time_t)now_utc);
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	/* No name at all would mean any name. */
	if (!X509_VERIFY_PARAM_set1_host(param, names_n ? names[0] : "invalid", 0))
		out_of_memory();
	for (size_t i = 1; i < names_n; i++)
		if (!X509_VERIFY_PARAM_add1_host(param, names[i], 0))
			out_of_memory();
	if (X509_verify_cert(ctx) == 1)
		st = DANE_OK;
	else if (X509_STORE_CTX_get_error(ctx) != X509_V_OK)
		st = outcome(X509_STORE_CTX_get_error(ctx));
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(no_roots);
	return st;
}

enum dane_st
dane_check(const char *const *records, size_t records_n, const struct span *chain, size_t chain_n,
    const char *const *names, size_t names_n, int64_t now_utc)
{
	SSL *ssl = must(SSL_new(context()));
	struct x509_chain read;
	enum dane_st st = DANE_UNUSABLE;

	/* The name is for a connection, and there is none. */
	if (SSL_dane_enable(ssl, "invalid") <= 0)
		out_of_memory();
	if (!x509_chain_read(&read, chain, chain_n))
		st = DANE_MALFORMED;
	else if (add_records(ssl, records, records_n))
		st = verify(ssl, &read, names, names_n, now_utc);
	x509_chain_free(&read);
	SSL_free(ssl);
	return st;
}

const char *
dane_st_name(enum dane_st st)
{
	static const char *const names[] = {
	    [DANE_OK] = "ok",
	    [DANE_MISMATCH] = "mismatch",
	    [DANE_UNUSABLE] = "unusable",
	    [DANE_NAME_MISMATCH] = "name-mismatch",
	    [DANE_EXPIRED] = "expired",
	    [DANE_NOT_YET_VALID] = "not-yet-valid",
	    [DANE_MALFORMED] = "malformed",
	    [DANE_OTHER] = "other",
	};

	return names[st];
}
