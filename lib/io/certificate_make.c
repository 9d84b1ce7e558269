/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/certificate_make.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

enum {
	SERIAL_LEN = 16,       /* octets; RFC 5280 section 4.1.2.2 allows 20 */
	COMMON_NAME_MAX = 64,  /* octets, ub-common-name */
	X509_VERSION_3_IS = 2, /* what the field holds in version 3 */
};

struct certificate_key {
	EVP_PKEY *pkey;
};

static void
free_key(void *object)
{
	EVP_PKEY_free(((struct certificate_key *)object)->pkey);
}

static struct certificate_key *
keep(struct arena *a, EVP_PKEY *pkey_own)
{
	struct certificate_key *key = arena_alloc(a, sizeof *key);

	key->pkey = pkey_own;
	arena_defer(a, free_key, key);
	return key;
}

struct certificate_key *
certificate_key_new(struct arena *a)
{
	return keep(a, must(EVP_EC_gen("P-256")));
}

/* Instead of asking at the terminal: there is no word. */
static int
no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return -1;
}

static bool
is_p256(const EVP_PKEY *pkey)
{
	char group[32];

	return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC &&
	       EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) &&
	       OBJ_txt2nid(group) == NID_X9_62_prime256v1;
}

static EVP_PKEY *
read_key(struct span pem)
{
	BIO *in = must(BIO_new_mem_buf(pem.n ? pem.p : "", (int)pem.n));
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(in, NULL, no_password, NULL);

	BIO_free(in);
	ERR_clear_error();
	return pkey;
}

struct certificate_key *
certificate_key_read(struct arena *a, struct span pem)
{
	EVP_PKEY *pkey = read_key(pem);

	if (pkey && !is_p256(pkey)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return pkey ? keep(a, pkey) : NULL;
}

static struct span
take_out(struct arena *a, BIO *out_own)
{
	char *p;
	long n = BIO_get_mem_data(out_own, &p);
	struct span s = arena_span(a, (struct span){p, n > 0 ? (size_t)n : 0});

	BIO_free(out_own);
	return s;
}

struct span
certificate_key_pem(struct arena *a, const struct certificate_key *key)
{
	BIO *out = must(BIO_new(BIO_s_mem()));

	if (!PEM_write_bio_PKCS8PrivateKey(out, key->pkey, NULL, NULL, 0, NULL, NULL))
		out_of_memory(); /* a sound key: nothing else can go wrong in memory */
	return take_out(a, out);
}

static X509 *
read_pem(struct span pem)
{
	BIO *in = must(BIO_new_mem_buf(pem.n ? pem.p : "", (int)pem.n));
	X509 *x = PEM_read_bio_X509(in, NULL, no_password, NULL);

	BIO_free(in);
	ERR_clear_error();
	return x;
}

bool
certificate_key_fits(struct span key_pem, struct span pem)
{
	EVP_PKEY *pkey = read_key(key_pem);
	X509 *x = read_pem(pem);
	bool fits = pkey && x && X509_check_private_key(x, pkey) == 1;

	X509_free(x);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return fits;
}

static bool
add_extension(X509 *x, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
	bool good = ext && X509_add_ext(x, ext, -1);

	X509_EXTENSION_free(ext);
	return good;
}

/* Built by hand: the text form of this extension would give commas and colons in a name a meaning.
 */
static bool
add_names(X509 *x, const struct certificate_wish *wish, bool critical)
{
	GENERAL_NAMES *all = must(sk_GENERAL_NAME_new_null());
	bool good = true;

	for (size_t i = 0; i < wish->names_n && good; i++) {
		GENERAL_NAME *name = must(GENERAL_NAME_new());
		ASN1_IA5STRING *text = must(ASN1_IA5STRING_new());

		GENERAL_NAME_set0_value(name, GEN_DNS, text);
		if (sk_GENERAL_NAME_push(all, name) <= 0)
			out_of_memory();
		good = ASN1_STRING_set(text, wish->names[i], -1) == 1;
	}
	good = good && X509_add1_ext_i2d(x, NID_subject_alt_name, all, critical, 0) == 1;
	sk_GENERAL_NAME_pop_free(all, GENERAL_NAME_free);
	return good;
}

static bool
add_extensions(X509 *x, X509 *issuer, const struct certificate_wish *wish, bool no_subject)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	if (!add_extension(x, &ctx, NID_subject_key_identifier, "hash") ||
	    !add_extension(x, &ctx, NID_authority_key_identifier, "keyid:always"))
		return false;
	if (wish->authority)
		return add_extension(
			   x, &ctx, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
		       add_extension(x, &ctx, NID_key_usage, "critical,keyCertSign,cRLSign");
	return add_extension(x, &ctx, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(x, &ctx, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(x, &ctx, NID_ext_key_usage, "serverAuth") &&
	       add_names(x, wish, no_subject);
}

static bool
set_serial(X509 *x, const struct rng *rng)
{
	unsigned char octets[SERIAL_LEN];
	BIGNUM *number;
	bool good;

	rng->fill(rng->state, octets, sizeof octets);
	octets[0] = (unsigned char)((octets[0] & 0x7f) | 0x40); /* positive, of full length */
	number = must(BN_bin2bn(octets, sizeof octets, NULL));
	good = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL;
	BN_free(number);
	return good;
}

static bool
fill_in(X509 *x, X509 *issuer, const struct certificate_wish *wish,
    const struct certificate_key *key, const struct rng *rng)
{
	size_t subject_n = strlen(wish->subject);
	bool no_subject = subject_n > COMMON_NAME_MAX || subject_n == 0;

	return X509_set_version(x, X509_VERSION_3_IS) && set_serial(x, rng) &&
	       ASN1_TIME_set(X509_getm_notBefore(x), (time_t)wish->from_utc) &&
	       ASN1_TIME_set(X509_getm_notAfter(x), (time_t)wish->until_utc) &&
	       (no_subject || X509_NAME_add_entry_by_NID(X509_get_subject_name(x), NID_commonName,
				  MBSTRING_UTF8, (const unsigned char *)wish->subject,
				  (int)subject_n, -1, 0)) &&
	       X509_set_issuer_name(x, X509_get_subject_name(issuer)) &&
	       X509_set_pubkey(x, key->pkey) && add_extensions(x, issuer, wish, no_subject);
}

struct span
certificate_make(struct arena *a, const struct certificate_wish *wish,
    const struct certificate_key *key, const struct certificate_issuer *issuer,
    const struct rng *rng)
{
	X509 *x = must(X509_new()), *by = issuer->pem.p ? read_pem(issuer->pem) : x;
	struct span pem = {NULL, 0};
	BIO *out;

	if (by && fill_in(x, by, wish, key, rng) && X509_sign(x, issuer->key->pkey, EVP_sha256())) {
		out = must(BIO_new(BIO_s_mem()));
		if (PEM_write_bio_X509(out, x))
			pem = take_out(a, out);
		else
			BIO_free(out);
	}
	if (by != x)
		X509_free(by);
	X509_free(x);
	ERR_clear_error();
	return pem;
}
