/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/trust.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "base/arena.h"
#include "io/x509_chain.h"

struct trust {
	X509_STORE *roots;
	const char *path; /* that they were read from */
};

/* Where systems keep all roots in one file; OpenSSL's own idea of it is asked first. */
static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
};

static bool
load(struct trust *t, const char *path)
{
	bool loaded = path && X509_STORE_load_file(t->roots, path) == 1;

	ERR_clear_error();
	if (loaded)
		t->path = path;
	return loaded;
}

static bool
load_system(struct trust *t)
{
	const char *path = getenv(X509_get_default_cert_file_env());

	if (path)
		return load(t, path);
	if (load(t, X509_get_default_cert_file()))
		return true;
	for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++)
		if (load(t, bundles[i]))
			return true;
	return false;
}

struct trust *
trust_open(const char *path)
{
	struct trust *t = must(malloc(sizeof *t));

	t->roots = must(X509_STORE_new());
	if (path ? load(t, path) : load_system(t))
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

const char *
trust_path(const struct trust *t)
{
	return t->path;
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
	struct x509_chain read;
	enum trust_st st = TRUST_MALFORMED;

	if (x509_chain_read(&read, chain, chain_n))
		st = verify(t, read.leaf, read.others, now_utc);
	x509_chain_free(&read);
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
