/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { WHY_MAX = 200, ALERT_MAX = 60 };

struct tls {
	SSL *ssl;
	BIO *in, *out; /* the SSL's */
	bool too_big;
	char why[WHY_MAX], alert[ALERT_MAX];
};

static const struct {
	int number;
	const char *name;
} versions[TLS_VERSIONS_N] = {
    [TLS_ANY] = {0, "TLS"},
    [TLS_1_0] = {TLS1_VERSION, "TLSv1"},
    [TLS_1_1] = {TLS1_1_VERSION, "TLSv1.1"},
    [TLS_1_2] = {TLS1_2_VERSION, "TLSv1.2"},
    [TLS_1_3] = {TLS1_3_VERSION, "TLSv1.3"},
};

const char *
tls_version_name(enum tls_version version)
{
	return versions[version].name;
}

static void
note_alert(const SSL *ssl, int where, int alert)
{
	struct tls *t = SSL_get_app_data(ssl);

	if (!(where & SSL_CB_ALERT) || (alert & 0xff) == SSL3_AD_CLOSE_NOTIFY)
		return;
	snprintf(t->alert, sizeof t->alert, "%s%s", where & SSL_CB_WRITE ? "sent: " : "",
	    SSL_alert_desc_string_long(alert));
}

static SSL_CTX *
context_new(enum tls_version version)
{
	int least = version == TLS_ANY ? TLS1_VERSION : versions[version].number;
	int most = version == TLS_ANY ? TLS1_3_VERSION : versions[version].number;
	SSL_CTX *ctx = must(SSL_CTX_new(TLS_client_method()));

	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	/* OpenSSL's level 1 knows no TLS 1.0 and 1.1 since their signatures use SHA-1. */
	SSL_CTX_set_security_level(ctx, 0);
	if (!SSL_CTX_set_cipher_list(ctx, "ALL:!aNULL:!eNULL:@SECLEVEL=0") ||
	    !SSL_CTX_set_min_proto_version(ctx, least) || !SSL_CTX_set_max_proto_version(ctx, most))
		abort();
	/* Renegotiation is for HTTP's sake; a session is never taken up again. */
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(ctx, TLS_CHAIN_MAX);
	/* Else a buffer for a whole record waits with every peer that keeps us waiting. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_info_callback(ctx, note_alert);
	return ctx;
}

/* One for all clients of a version, as long as the program runs: to make one costs as much as a
 * handshake, and its memory is as much as that of all else. */
static SSL_CTX *
context(enum tls_version version)
{
	static _Atomic(SSL_CTX *) contexts[TLS_VERSIONS_N];
	SSL_CTX *none = NULL, *ctx = atomic_load(&contexts[version]);

	if (ctx)
		return ctx;
	ctx = context_new(version);
	if (atomic_compare_exchange_strong(&contexts[version], &none, ctx))
		return ctx;
	SSL_CTX_free(ctx); /* another thread was first */
	return none;
}

struct tls *
tls_client_new(const struct tls_wish *wish)
{
	struct tls *t = must(calloc(1, sizeof *t));

	t->ssl = must(SSL_new(context(wish->version)));
	t->in = must(BIO_new(BIO_s_mem()));
	t->out = must(BIO_new(BIO_s_mem()));
	/* An empty BIO means "wait", not the end. */
	BIO_set_mem_eof_return(t->in, -1);
	BIO_set_mem_eof_return(t->out, -1);
	SSL_set_bio(t->ssl, t->in, t->out);
	SSL_set_app_data(t->ssl, t);
	SSL_set_connect_state(t->ssl);
	if (wish->name && !SSL_set_tlsext_host_name(t->ssl, wish->name))
		snprintf(t->why, sizeof t->why, "a name that TLS cannot ask for");
	return t;
}

void
tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	free(t);
}

void
tls_take(struct tls *t, struct span in)
{
	size_t n = 0;

	if (in.n && (!BIO_write_ex(t->in, in.p, in.n, &n) || n != in.n))
		out_of_memory();
}

void
tls_out(struct tls *t, struct buf *out)
{
	char *p;
	long n = BIO_get_mem_data(t->out, &p);

	if (n <= 0)
		return;
	buf_put(out, (struct span){p, (size_t)n});
	BIO_reset(t->out);
}

/* OpenSSL's words for its last mistake: of a table, no octet of the peer is in it. */
static enum tls_st
fail(struct tls *t)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(error);

	t->too_big = ERR_GET_LIB(error) == ERR_LIB_SSL &&
		     ERR_GET_REASON(error) == SSL_R_EXCESSIVE_MESSAGE_SIZE;
	snprintf(t->why, sizeof t->why, "%s", reason ? reason : "TLS failed");
	ERR_clear_error();
	return TLS_FAILED;
}

static enum tls_st
outcome(struct tls *t, int result)
{
	int error = SSL_get_error(t->ssl, result);

	switch (error) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE: ERR_clear_error(); return TLS_MORE;
	case SSL_ERROR_ZERO_RETURN: return TLS_DOWN;
	default: return fail(t);
	}
}

enum tls_st
tls_shake(struct tls *t)
{
	int result;

	if (t->why[0])
		return TLS_FAILED;
	ERR_clear_error();
	result = SSL_do_handshake(t->ssl);
	return result == 1 ? TLS_UP : outcome(t, result);
}

enum tls_st
tls_read(struct tls *t, struct buf *out, size_t n)
{
	size_t got = 0;
	char *room = buf_room(out, n);
	int result;

	if (!room)
		return TLS_MORE;
	ERR_clear_error();
	result = SSL_read_ex(t->ssl, room, n, &got);
	if (result != 1)
		return outcome(t, result);
	buf_added(out, got);
	return TLS_UP;
}

bool
tls_write(struct tls *t, struct span text)
{
	size_t n = 0;

	ERR_clear_error();
	if (!text.n || (SSL_write_ex(t->ssl, text.p, text.n, &n) == 1 && n == text.n))
		return true;
	fail(t);
	return false;
}

const char *
tls_why(const struct tls *t)
{
	return t->why;
}

const char *
tls_alert(const struct tls *t)
{
	return t->alert[0] ? t->alert : NULL;
}

bool
tls_too_big(const struct tls *t)
{
	return t->too_big;
}

const char *
tls_protocol(const struct tls *t)
{
	return SSL_is_init_finished(t->ssl) ? SSL_get_version(t->ssl) : "";
}

const char *
tls_cipher(const struct tls *t)
{
	return SSL_is_init_finished(t->ssl) ? SSL_get_cipher_name(t->ssl) : "";
}

size_t
tls_chain(const struct tls *t, struct arena *a, struct span **chain)
{
	const STACK_OF(X509) *all = SSL_get_peer_cert_chain(t->ssl);
	int n = all ? sk_X509_num(all) : 0;

	*chain = arena_alloc(a, ((size_t)n + 1) * sizeof **chain);
	for (int i = 0; i < n; i++) {
		unsigned char *der = NULL;
		int der_n = i2d_X509(sk_X509_value(all, i), &der);

		if (der_n > 0)
			(*chain)[i] = arena_span(a, (struct span){(char *)der, (size_t)der_n});
		OPENSSL_free(der);
	}
	return (size_t)n;
}
