/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLSA records of each kind against chains of a test's own authority; what the expected octets are
 * is computed here from the DER, not by dane.c. */
#include "io/dane.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "io/certificate.h"
#include "io/certificate_make.h"
#include "tests/tap.h"

enum { FROM = 1700000000, NOW = 1705000000, UNTIL = 1710000000 };

static struct arena *a;

struct made {
	struct span pem, der, spki;
	struct certificate_key *key;
};

static struct made root, direct, middle, host, stranger, old;

static struct made
make(const char *name, bool authority, int64_t until, const struct made *issuer)
{
	struct made m = {.key = certificate_key_new(a)};
	struct certificate_issuer by = {.key = m.key};
	struct certificate_wish wish = {.subject = name,
	    .names = &name,
	    .names_n = authority ? 0 : 1,
	    .authority = authority,
	    .from_utc = FROM,
	    .until_utc = until};
	struct span rest;
	const unsigned char *p;
	unsigned char *spki = NULL;
	X509 *x;
	int n;

	if (issuer)
		by = (struct certificate_issuer){issuer->pem, issuer->key};
	m.pem = certificate_make(a, &wish, m.key, &by, &rng_system);
	rest = m.pem;
	if (!certificate_pem_next(a, &rest, &m.der))
		abort();
	p = (const unsigned char *)m.der.p;
	x = must(d2i_X509(NULL, &p, (long)m.der.n));
	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
	m.spki = arena_span(a, (struct span){(char *)spki, (size_t)n});
	OPENSSL_free(spki);
	X509_free(x);
	return m;
}

/* "USAGE SELECTOR MATCHING HEX" that fits this certificate. */
static const char *
record(unsigned usage, unsigned selector, unsigned matching, const struct made *of)
{
	struct span data = selector ? of->spki : of->der;
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned sum_n = 0;
	struct buf text;
	const char *kept;

	if (matching) {
		EVP_Digest(
		    data.p, data.n, sum, &sum_n, matching == 1 ? EVP_sha256() : EVP_sha512(), NULL);
		data = (struct span){(char *)sum, sum_n};
	}
	buf_init(&text, 10000);
	buf_printf(&text, "%u %u %u ", usage, selector, matching);
	for (size_t i = 0; i < data.n; i++)
		buf_printf(&text, i % 2 ? "%02x" : "%02X", (unsigned char)data.p[i]);
	kept = arena_dup(a, buf_span(&text));
	buf_free(&text);
	return kept;
}

static void
check(const char *const *records, size_t n, const char *mx, int64_t now, const char *want,
    const char *name)
{
	struct span chain[] = {host.der, middle.der};

	SAME_STR(dane_st_name(dane_check(records, n, chain, 2, &mx, mx != NULL, now)), want, name);
}

static void
check_one(const char *text, const char *want, const char *name)
{
	check(&text, 1, "mx.example.com", NOW, want, name);
}

static void
test_kinds(void)
{
	for (unsigned selector = 0; selector < 2; selector++)
		for (unsigned matching = 0; matching < 3; matching++) {
			const char *name = arena_printf(a, "%u %u", selector, matching);

			check_one(record(3, selector, matching, &host), "ok", name);
			check_one(record(2, selector, matching, &middle), "ok", name);
			check_one(record(3, selector, matching, &middle), "mismatch",
			    "the authority's as the host's own");
			check_one(
			    record(3, selector, matching, &stranger), "mismatch", "another's");
			check_one(record(2, selector, matching, &stranger), "mismatch",
			    "another authority");
			check_one(record(0, selector, matching, &middle), "unusable", "usage 0");
			check_one(record(1, selector, matching, &host), "unusable", "usage 1");
		}
}

/* The authority's certificate need not be sent if the record has it. */
static void
test_whole_authority(void)
{
	const char *whole = record(2, 0, 0, &root), *digest = record(2, 0, 1, &root),
		   *mx = "direct.example.com";

	SAME_STR(dane_st_name(dane_check(&whole, 1, &direct.der, 1, &mx, 1, NOW)), "ok",
	    "an authority that the record has whole");
	SAME_STR(dane_st_name(dane_check(&digest, 1, &direct.der, 1, &mx, 1, NOW)), "mismatch",
	    "and that nobody has");
}

/* DANE-EE asks for neither; DANE-TA does. */
static void
test_names_and_dates(void)
{
	const char *ee = record(3, 1, 1, &host), *ta = record(2, 0, 1, &middle);

	check(&ee, 1, "other.example.com", NOW, "ok", "3: another name");
	check(&ee, 1, NULL, NOW, "ok", "3: no name");
	check(&ee, 1, "mx.example.com", UNTIL + 1, "ok", "3: too late");
	check(&ta, 1, "other.example.com", NOW, "name-mismatch", "2: another name");
	check(&ta, 1, NULL, NOW, "name-mismatch", "2: no name is none, not any");
	check(&ta, 1, "mx.example.com", UNTIL + 1, "expired", "2: too late");
	check(&ta, 1, "mx.example.com", FROM - 1, "not-yet-valid", "2: too early");
	SAME_STR(dane_st_name(dane_check(&ta, 1, (struct span[]){host.der, middle.der}, 2,
		     (const char *[]){"a.example.com", "mx.example.com"}, 2, NOW)),
	    "ok", "2: one of the names is enough");
}

static void
test_sets(void)
{
	const char *good = record(3, 1, 1, &host), *bad = record(3, 1, 1, &stranger),
		   *unusable = record(1, 1, 1, &host), *old_ta = record(2, 0, 1, &old);

	check((const char *[]){bad, good}, 2, "mx.example.com", NOW, "ok", "one of two matches");
	check((const char *[]){unusable, bad}, 2, "mx.example.com", NOW, "mismatch",
	    "the other is unusable");
	check(
	    (const char *[]){unusable, good}, 2, "mx.example.com", NOW, "ok", "unusable and good");
	check((const char *[]){old_ta, good}, 2, "mx.example.com", NOW, "ok", "of two usages");
	check(NULL, 0, "mx.example.com", NOW, "unusable", "none");
	SAME_STR(dane_st_name(dane_check(&good, 1, NULL, 0, NULL, 0, NOW)), "malformed",
	    "no certificate");
	SAME_STR(dane_st_name(dane_check(&good, 1, &SPAN_LIT("rubbish"), 1, NULL, 0, NOW)),
	    "malformed", "rubbish");
	SAME_STR(dane_st_name(dane_check(
		     &good, 1, (struct span[]){host.der, SPAN_LIT("x")}, 2, NULL, 0, NOW)),
	    "ok", "something that is none behind it");
}

static void
test_text(void)
{
	static const char *const bad[] = {"", "3", "3 1 1", "3 1 1 ", "3 1 1 abc", "3 1 1 xy",
	    "256 1 1 ab", "3 1 1ab", "x 1 1 ab", "3 1 1 ab\ncd", "-3 1 1 ab", "3 1 1 ab;cd"};
	struct tlsa t;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		OK(!tlsa_read(a, span_str(bad[i]), &t), arena_printf(a, "no record: %zu", i));
		check_one(bad[i], "unusable", "is unusable");
	}
	OK(tlsa_read(a, SPAN_LIT(" 3  1\t1 ab"), &t) && t.usage == 3, "blanks and tabs");
	OK(!tlsa_read(a, SPAN_LIT("3 1 1 aB c dE"), &t), "half an octet");
	OK(tlsa_read(a,
	       SPAN_LIT("255 0 7  aB cdEf 0"
			"1"),
	       &t) &&
		t.usage == 255 && t.selector == 0 && t.matching == 7 &&
		span_eq(t.data, SPAN_LIT("\xab\xcd\xef\x01")),
	    "blanks and either case");
	check_one("3 1 9 abcd", "unusable", "a matching type that nobody knows");
	check_one("3 7 1 abcd", "unusable", "a selector that nobody knows");
	check_one("3 1 1 abcd", "unusable", "a digest of another length");
	check_one("3 0 0 abcd", "unusable", "no certificate");
}

int
main(void)
{
	a = arena_new();
	root = make("root", true, UNTIL, NULL);
	direct = make("direct.example.com", false, UNTIL, &root);
	middle = make("middle", true, UNTIL, &root);
	host = make("mx.example.com", false, UNTIL, &middle);
	stranger = make("stranger", true, UNTIL, NULL);
	old = make("old", true, FROM + 10, NULL);
	test_kinds();
	test_whole_authority();
	test_names_and_dates();
	test_sets();
	test_text();
	arena_free(a);
	return tap_end();
}
