/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/trust.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "base/arena.h"
#include "io/certificate.h"

struct trust {
	X509_STORE *roots;
};

/* Where systems keep all roots in one file; OpenSSL's own idea of it is asked first. */
static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
};

static bool
load(X509_STORE *roots, const char *path)
{
	bool loaded = path && X509_STORE_load_file(roots, path) == 1;

	ERR_clear_error();
	return loaded;
}

static bool
load_system(X509_STORE *roots)
{
	const char *path = getenv(X509_get_default_cert_file_env());

	if (path)
		return load(roots, path);
	if (load(roots, X509_get_default_cert_file()))
		return true;
	for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++)
		if (load(roots, bundles[i]))
			return true;
	return false;
}

struct trust *
trust_open(const char *path)
{
	struct trust *t = must(malloc(sizeof *t));

	t->roots = must(X509_STORE_new());
	if (path ? load(t->roots, path) : load_system(t->roots))
		return t;
	trust_close(t);
	return NULL;
}

void
trust_close(struct trust *t)
{
	if (t)
		X509_STORE_free(t->roots);
	free(t);
}

static X509 *
read_der(struct span der)
{
	const unsigned char *p = (const unsigned char *)der.p, *end = p + der.n;
	X509 *x;

	if (!der.n || der.n > CERTIFICATE_DER_MAX)
		return NULL;
	x = d2i_X509(NULL, &p, (long)der.n);
	if (x && p == end)
		return x;
	X509_free(x);
	return NULL;
}

static enum trust_st
outcome(int error)
{
	switch (error) {
	case X509_V_OK: return TRUST_OK;
	case X509_V_ERR_CERT_HAS_EXPIRED: return TRUST_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID: return TRUST_NOT_YET_VALID;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return TRUST_SELF_SIGNED;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return TRUST_UNKNOWN_ISSUER;
	case X509_V_ERR_INVALID_PURPOSE: return TRUST_NOT_A_SERVER;
	default: return TRUST_OTHER;
	}
}

static enum trust_st
verify(const struct trust *t, X509 *leaf, STACK_OF(X509) * others, int64_t now_utc)
{
	X509_STORE_CTX *ctx = must(X509_STORE_CTX_new());
	enum trust_st st = TRUST_OTHER;

	if (!X509_STORE_CTX_init(ctx, t->roots, leaf, others))
		out_of_memory();
	X509_STORE_CTX_set_time(ctx, 0, (time_t)now_utc);
	X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_SERVER);
	if (X509_verify_cert(ctx) == 1)
		st = TRUST_OK;
	else if (X509_STORE_CTX_get_error(ctx) != X509_V_OK)
		st = outcome(X509_STORE_CTX_get_error(ctx));
	X509_STORE_CTX_free(ctx);
	return st;
}

enum trust_st
trust_verify(const struct trust *t, const struct span *chain, size_t chain_n, int64_t now_utc)
{
	X509 *leaf = chain_n ? read_der(chain[0]) : NULL;
	enum trust_st st = TRUST_MALFORMED;
	STACK_OF(X509) *others = must(sk_X509_new_null());

	for (size_t i = 1; leaf && i < chain_n && i < TRUST_CHAIN_MAX; i++) {
		X509 *x = read_der(chain[i]);

		/* One that cannot be read leads nowhere; the others may. */
		if (x && !sk_X509_push(others, x))
			out_of_memory();
	}
	if (leaf)
		st = verify(t, leaf, others, now_utc);
	sk_X509_pop_free(others, X509_free);
	X509_free(leaf);
	ERR_clear_error();
	return st;
}

const char *
trust_st_name(enum trust_st st)
{
	static const char *const names[] = {
	    [TRUST_OK] = "ok",
	    [TRUST_EXPIRED] = "expired",
	    [TRUST_NOT_YET_VALID] = "not-yet-valid",
	    [TRUST_SELF_SIGNED] = "self-signed",
	    [TRUST_UNKNOWN_ISSUER] = "unknown-issuer",
	    [TRUST_NOT_A_SERVER] = "not-a-server",
	    [TRUST_MALFORMED] = "malformed",
	    [TRUST_OTHER] = "other",
	};

	return names[st];
}
