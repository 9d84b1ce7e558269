/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "base/base64.h"
#include "io/certificate.h"
#include "io/certificate_make.h"

enum { FROM = 1700000000, UNTIL = 1710000000, MANY = CERTIFICATE_NAMES_MAX + 3 };

static uint64_t seed = 1;

/* A certificate of those names, signed by itself, as PEM. */
static struct span
make(struct arena *a, const char *subject, const char *const *names, size_t n)
{
	struct rng rng = rng_seeded(&seed);
	struct certificate_key *key = certificate_key_new(a);
	struct certificate_issuer self = {.key = key};
	struct certificate_wish wish = {
	    .subject = subject, .names = names, .names_n = n, .from_utc = FROM, .until_utc = UNTIL};

	return certificate_make(a, &wish, key, &self, &rng);
}

static struct span
join(struct arena *a, struct span x, struct span y)
{
	struct buf b;
	struct span both;

	buf_init(&b, 4 << 20);
	buf_put(&b, x);
	buf_put(&b, y);
	both = arena_span(a, buf_span(&b));
	buf_free(&b);
	return both;
}

static void
test_facts(struct arena *a)
{
	const char *const names[] = {"mx.example.com", "*.case.example.com", "other.example.com"};
	struct span pem = make(a, "mx.example.com", names, 3), rest = pem, der;
	struct certificate c, from_text;
	unsigned char digest[SHA256_LEN];
	char pin[CERTIFICATE_PIN_MAX];
	struct sha256 whole;

	OK(certificate_pem_next(a, &rest, &der), "PEM holds a certificate");
	SAME_INT(certificate_read(a, der, &c), CERTIFICATE_OK, "which can be read");
	SAME_INT(c.names_n, 3, "three names");
	SAME_SPAN(c.names[1], SPAN_LIT("*.case.example.com"), "in their order");
	SAME_SPAN(c.common_name, SPAN_LIT("mx.example.com"), "CN");
	OK(!c.names_bad && !c.names_dropped, "nothing odd");
	SAME_INT(c.not_before_utc, FROM, "not before");
	SAME_INT(c.not_after_utc, UNTIL, "not after");
	sha256_init(&whole);
	sha256_add(&whole, der);
	sha256_end(&whole, digest);
	OK(!memcmp(digest, c.sha256, SHA256_LEN), "digest of the whole");
	certificate_pin(&c, pin);
	SAME_INT(strlen(pin), 6 + 64, "a pin has 64 digits");
	OK(span_starts(span_str(pin), SPAN_LIT("3 1 1 ")), "and is 3 1 1");
	SAME_INT(certificate_read_text(a, pem, &from_text), CERTIFICATE_OK, "read from PEM text");
	OK(!memcmp(from_text.sha256, c.sha256, SHA256_LEN), "the same");
	SAME_INT(certificate_read_text(a, der, &from_text), CERTIFICATE_OK, "read from DER");
	OK(!memcmp(from_text.spki_sha256, c.spki_sha256, SHA256_LEN), "the same key");
	OK(!certificate_pem_next(a, &rest, &der), "there is no second one");
}

static void
test_covers(struct arena *a)
{
	const char *const names[] = {"mx.example.com", "*.case.example.com", "*.", "*"};
	struct certificate c;
	static const struct {
		const char *host;
		bool covered;
	} rows[] = {
	    {"mx.example.com", true},
	    {"MX.Example.COM", true},
	    {"case.example.com", false},
	    {"x.case.example.com", true},
	    {"X.CASE.example.com", true},
	    {"y.x.case.example.com", false},
	    {".case.example.com", false},
	    {"xcase.example.com", false},
	    {"example.com", false},
	    {"", false},
	    {"com", false},
	    {"a.b", false},
	    {"cn.example.com", false},
	    {"mx.example.com.", false},
	};

	if (!OK(certificate_read_text(a, make(a, "cn.example.com", names, 4), &c) == CERTIFICATE_OK,
		"a certificate with wildcards"))
		return;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		OK(certificate_covers(&c, span_str(rows[i].host)) == rows[i].covered, rows[i].host);
	c.names_n = 0;
	OK(certificate_covers(&c, SPAN_LIT("cn.example.com")), "without DNS names the CN counts");
	c.names_bad = true;
	OK(!certificate_covers(&c, SPAN_LIT("cn.example.com")), "unless there are unreadable ones");
}

/* Octets that are none, cut, or followed by more. */
static void
test_malformed(struct arena *a)
{
	const char *const names[] = {"mx.example.com"};
	struct span pem = make(a, "mx", names, 1), rest = pem, der, huge;
	struct certificate c;
	size_t read = 0;
	char *copy;

	OK(certificate_pem_next(a, &rest, &der), "PEM");
	for (size_t n = 0; n < der.n; n++)
		read += certificate_read(a, (struct span){der.p, n}, &c) == CERTIFICATE_OK;
	SAME_INT(read, 0, "no part of a certificate is one");
	SAME_INT(c.not_before_utc, INT64_MAX, "and leaves nothing behind");
	SAME_INT(certificate_read(a, join(a, der, SPAN_LIT("x")), &c), CERTIFICATE_MALFORMED,
	    "octets behind it");
	SAME_INT(certificate_read(a, (struct span){NULL, 0}, &c), CERTIFICATE_ABSENT, "no octets");
	copy = arena_dup(a, der);
	for (size_t i = 0; i < der.n; i++) {
		copy[i] = (char)(copy[i] ^ 0x20);
		if (certificate_read(a, (struct span){copy, der.n}, &c) == CERTIFICATE_OK)
			certificate_covers(&c, SPAN_LIT("mx.example.com"));
		copy[i] = der.p[i];
	}
	OK(true, "every octet altered: no crash");
	huge.n = CERTIFICATE_DER_MAX + 1;
	huge.p = arena_alloc(a, huge.n);
	SAME_INT(certificate_read(a, huge, &c), CERTIFICATE_TOO_BIG, "a megabyte is too much");
}

static void
test_pem(struct arena *a)
{
	const char *const names[] = {"mx.example.com"};
	struct span one = make(a, "one", names, 1), two = make(a, "two", names, 1), text, der;
	struct certificate c;
	struct buf big;

	text = join(a,
	    SPAN_LIT("prose\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
	    join(a, one, join(a, SPAN_LIT("more prose\r\n"), two)));
	OK(certificate_pem_next(a, &text, &der) && certificate_read(a, der, &c) == CERTIFICATE_OK &&
		span_eq(c.common_name, SPAN_LIT("one")),
	    "prose and a key stand before the first");
	OK(certificate_pem_next(a, &text, &der) && certificate_read(a, der, &c) == CERTIFICATE_OK &&
		span_eq(c.common_name, SPAN_LIT("two")),
	    "the second");
	OK(!certificate_pem_next(a, &text, &der) && !text.p, "no third");
	text = SPAN_LIT("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n");
	OK(certificate_pem_next(a, &text, &der) && der.n == 0, "no base64: a block of nothing");
	text = SPAN_LIT("-----BEGIN CERTIFICATE-----\nAAAA");
	OK(!certificate_pem_next(a, &text, &der), "a block without an end is none");
	SAME_INT(certificate_read_text(a, SPAN_LIT("no PEM"), &c), CERTIFICATE_ABSENT, "prose");
	buf_init(&big, 4 << 20);
	buf_puts(&big, "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < 2 << 20; i++)
		buf_putc(&big, i % 65 == 64 ? '\n' : 'A');
	buf_puts(&big, "\n-----END CERTIFICATE-----\n");
	SAME_INT(certificate_read_text(a, buf_span(&big), &c), CERTIFICATE_TOO_BIG,
	    "a block of two megabytes");
	buf_free(&big);
}

static void
test_many(struct arena *a)
{
	const char **names = arena_alloc(a, MANY * sizeof *names);
	struct certificate c;

	for (size_t i = 0; i < MANY; i++)
		names[i] = arena_printf(a, "n%zu.example", i);
	SAME_INT(certificate_read_text(a, make(a, "", names, MANY), &c), CERTIFICATE_OK,
	    "thousands of names");
	SAME_INT(c.names_n, CERTIFICATE_NAMES_MAX, "are cut at the limit");
	SAME_INT(c.names_dropped, MANY - CERTIFICATE_NAMES_MAX, "and those dropped are counted");
	OK(!c.common_name.p, "no subject, no CN");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_facts(a);
	test_covers(a);
	test_malformed(a);
	test_pem(a);
	test_many(a);
	arena_free(a);
	return tap_end();
}
