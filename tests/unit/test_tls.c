/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client against OpenSSL's own server, both in memory: versions, octet by octet, what is shown,
 * and how it fails. */
#include "io/tls.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "io/certificate.h"
#include "io/certificate_make.h"
#include "tests/tap.h"

struct server {
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *in, *out;
};

static struct {
	struct arena *arena;
	struct span pem; /* key and certificate */
} t;

static void
make_certificate(void)
{
	static const char *const names[] = {"mail.example.com"};
	const struct certificate_wish wish = {
	    .subject = names[0], .names = names, .names_n = 1, .until_utc = 4000000000};
	struct certificate_key *key = certificate_key_new(t.arena);
	struct certificate_issuer self = {.key = key};
	struct span key_pem = certificate_key_pem(t.arena, key);
	struct span pem = certificate_make(t.arena, &wish, key, &self, &rng_system);

	t.pem = span_str(
	    arena_printf(t.arena, "%.*s%.*s", (int)key_pem.n, key_pem.p, (int)pem.n, pem.p));
}

static struct server
server_new(int least, int most)
{
	struct server s = {.ctx = must(SSL_CTX_new(TLS_server_method()))};
	BIO *text = must(BIO_new_mem_buf(t.pem.p, (int)t.pem.n));
	EVP_PKEY *key = must(PEM_read_bio_PrivateKey(text, NULL, NULL, NULL));
	X509 *x = must(PEM_read_bio_X509(text, NULL, NULL, NULL));

	SSL_CTX_set_security_level(s.ctx, 0);
	if (!SSL_CTX_set_min_proto_version(s.ctx, least) ||
	    !SSL_CTX_set_max_proto_version(s.ctx, most) ||
	    !SSL_CTX_set_cipher_list(s.ctx, "ALL:@SECLEVEL=0") ||
	    !SSL_CTX_use_certificate(s.ctx, x) || !SSL_CTX_use_PrivateKey(s.ctx, key))
		abort();
	X509_free(x);
	EVP_PKEY_free(key);
	BIO_free(text);
	s.ssl = must(SSL_new(s.ctx));
	s.in = must(BIO_new(BIO_s_mem()));
	s.out = must(BIO_new(BIO_s_mem()));
	BIO_set_mem_eof_return(s.in, -1);
	SSL_set_bio(s.ssl, s.in, s.out);
	SSL_set_accept_state(s.ssl);
	return s;
}

static void
server_free(struct server *s)
{
	SSL_free(s->ssl);
	SSL_CTX_free(s->ctx);
}

/* What the server has to send goes to the client, `step` octets at a time; the outcome of the last
 * handshake step. */
static enum tls_st
to_client(struct server *s, struct tls *c, size_t step)
{
	enum tls_st st = TLS_MORE;
	char *p;
	long n = BIO_get_mem_data(s->out, &p);
	struct span rest = arena_span(t.arena, (struct span){p, n > 0 ? (size_t)n : 0});

	BIO_reset(s->out);
	while (rest.n && st != TLS_FAILED) {
		size_t now = rest.n < step ? rest.n : step;

		tls_take(c, (struct span){rest.p, now});
		rest = span_from(rest, now);
		if (st != TLS_UP)
			st = tls_shake(c);
	}
	return st;
}

static void
to_server(struct tls *c, struct server *s)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	tls_out(c, &out);
	if (out.n && BIO_write(s->in, out.p, (int)out.n) != (int)out.n)
		abort();
	buf_free(&out);
}

static enum tls_st
shake_hands(struct tls *c, struct server *s, size_t step)
{
	enum tls_st st = tls_shake(c);

	for (int i = 0; st == TLS_MORE && i < 10; i++) {
		to_server(c, s);
		SSL_do_handshake(s->ssl);
		st = to_client(s, c, step);
	}
	to_server(c, s);
	SSL_do_handshake(s->ssl);
	return st;
}

static void
test_version(enum tls_version version, size_t step)
{
	static const int numbers[] = {
	    0, TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
	const struct tls_wish wish = {.version = version, .name = "mail.example.com"};
	struct server s = server_new(TLS1_VERSION, TLS1_3_VERSION);
	struct tls *c = tls_client_new(&wish);
	struct buf got;
	struct span *chain;
	struct certificate shown;
	char said[10];

	SAME_INT(shake_hands(c, &s, step), TLS_UP, tls_version_name(version));
	SAME_STR(tls_protocol(c), version == TLS_ANY ? "TLSv1.3" : tls_version_name(version),
	    "its name");
	if (version != TLS_ANY)
		SAME_INT(SSL_version(s.ssl), numbers[version], "as the server sees it");
	SAME_STR(
	    SSL_get_servername(s.ssl, TLSEXT_NAMETYPE_host_name), "mail.example.com", "the name");
	OK(tls_chain(c, t.arena, &chain) == 1 &&
		certificate_read(t.arena, chain[0], &shown) == CERTIFICATE_OK &&
		certificate_covers(&shown, SPAN_LIT("mail.example.com")),
	    "the certificate");
	OK(tls_write(c, SPAN_LIT("EHLO a\r\n")), "it writes");
	to_server(c, &s);
	OK(SSL_read(s.ssl, said, sizeof said) == 8 && !memcmp(said, "EHLO a\r\n", 8),
	    "what is heard");
	SSL_write(s.ssl, "250 hello\r\n", 11);
	SSL_shutdown(s.ssl);
	to_client(&s, c, step);
	buf_init(&got, 1000);
	SAME_INT(tls_read(c, &got, 100), TLS_UP, "it reads");
	SAME_SPAN(buf_span(&got), SPAN_LIT("250 hello\r\n"), "what it was told");
	SAME_INT(tls_read(c, &got, 100), TLS_DOWN, "the end");
	buf_free(&got);
	tls_free(c);
	server_free(&s);
}

static void
test_failures(void)
{
	const struct tls_wish old = {.version = TLS_1_0}, any = {.version = TLS_ANY};
	struct server s = server_new(TLS1_2_VERSION, TLS1_3_VERSION);
	struct tls *c = tls_client_new(&old);

	SAME_INT(shake_hands(c, &s, 1000), TLS_FAILED, "no common version");
	OK(strstr(tls_why(c), "alert protocol version") != NULL, "in OpenSSL's words");
	SAME_STR(tls_protocol(c), "", "no protocol");
	SAME_STR(tls_alert(c), "protocol version", "the alert");
	OK(!tls_too_big(c), "nothing was too big");
	tls_free(c);
	server_free(&s);
	c = tls_client_new(&any);
	SAME_INT(tls_shake(c), TLS_MORE, "it waits");
	tls_take(c, SPAN_LIT("250 what are you talking about\r\n"));
	SAME_INT(tls_shake(c), TLS_FAILED, "no TLS");
	OK(tls_why(c)[0] != '\0', "it says so");
	OK(tls_alert(c) == NULL, "no alert");
	tls_free(c);
	c = tls_client_new(&any);
	SAME_INT(tls_shake(c), TLS_MORE, "it waits");
	tls_take(c, SPAN_LIT("\x16\3\3\0\4\x0e\0\0\0"));
	SAME_INT(tls_shake(c), TLS_FAILED, "a message out of order");
	SAME_STR(tls_alert(c), "sent: unexpected_message", "our alert");
	tls_free(c);
	tls_free(NULL);
}

/* A server whose certificate is sent many times, `octets` of it at least. */
static void
test_big(size_t octets, bool too_big)
{
	const struct tls_wish any = {.version = TLS_ANY};
	struct server s = server_new(TLS1_2_VERSION, TLS1_3_VERSION);
	struct tls *c = tls_client_new(&any);
	X509 *x = SSL_get_certificate(s.ssl);
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);

	for (size_t sent = (size_t)n; sent < octets; sent += (size_t)n)
		SSL_add1_chain_cert(s.ssl, x);
	OPENSSL_free(der);
	SAME_INT(shake_hands(c, &s, 100000), too_big ? TLS_FAILED : TLS_UP, "a large chain");
	OK(tls_too_big(c) == too_big, "too large or not");
	tls_free(c);
	server_free(&s);
}

int
main(void)
{
	t.arena = arena_new();
	make_certificate();
	for (int v = TLS_ANY; v < TLS_VERSIONS_N; v++) {
		test_version((enum tls_version)v, 100000);
		test_version((enum tls_version)v, 1);
	}
	test_failures();
	test_big(TLS_CHAIN_MAX - 5000, false);
	test_big(TLS_CHAIN_MAX + 1000, true);
	arena_free(t.arena);
	return tap_end();
}
