/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of chains and TLSA records of a test's own authority; the checks themselves are
 * test_trust's and test_dane's. */
#include "mxinfer/scan/certjudge.h"

#include <stdlib.h>
#include <unistd.h>

#include "io/certificate.h"
#include "io/certificate_make.h"
#include "tests/tap.h"

enum { FROM = 1700000000, NOW = 1705000000, UNTIL = 1710000000 };

static struct arena *a;
static struct trust *roots;

struct made {
	struct span pem, der;
	struct certificate_key *key;
};

static struct made
make(const char *name, bool authority, const struct made *issuer)
{
	struct made m = {.key = certificate_key_new(a)};
	struct certificate_issuer by = {.key = m.key};
	struct certificate_wish wish = {.subject = name,
	    .names = &name,
	    .names_n = authority ? 0 : 1,
	    .authority = authority,
	    .from_utc = FROM,
	    .until_utc = UNTIL};
	struct span rest;

	if (issuer)
		by = (struct certificate_issuer){issuer->pem, issuer->key};
	rest = m.pem = certificate_make(a, &wish, m.key, &by, &rng_system);
	if (!certificate_pem_next(a, &rest, &m.der))
		abort();
	return m;
}

static void
check(const struct made *of, const char *name, int64_t now, const char *verify, bool trusted,
    bool named)
{
	const char *names[] = {"other.example.com", name};
	struct certjudged j = certjudge_verify(
	    roots, (struct certjudge_chain){&of->der, 1}, (struct certjudge_names){names, 2}, now);

	SAME_STR(j.verify, verify, name);
	OK(j.trusted == trusted && j.named == named, "trusted and named");
}

static void
check_dane(const struct route_look *tlsa, const struct made *of, const char *want, const char *name)
{
	const char *mx = "mx.example.com";
	struct certjudge_chain chain = {of ? &of->der : NULL, of ? 1 : 0};
	const char *got = certjudge_dane(tlsa, chain, (struct certjudge_names){&mx, 1}, NOW);

	SAME_STR(got ? got : "nothing", want, name);
}

static void
test_dane(const struct made *good, const struct made *other)
{
	struct certificate c;
	char pin[CERTIFICATE_PIN_MAX];
	const char *record;
	struct route_look look = {
	    .asked = true, .outcome = DNS_OK, .dnssec = DNS_SECURE, .texts = {&record, 1}};

	OK(certificate_read(a, good->der, &c) == CERTIFICATE_OK, "a certificate");
	record = certificate_pin(&c, pin);
	check_dane(&look, good, "ok", "it matches");
	check_dane(&look, other, "mismatch", "it does not");
	check_dane(&look, NULL, "no-tls", "no handshake");
	record = "1 1 1 abcd";
	check_dane(&look, good, "unusable", "unusable");
	record = pin;
	look.dnssec = DNS_INSECURE;
	check_dane(&look, good, "not-secure", "not signed");
	look.dnssec = DNS_UNCHECKED;
	check_dane(&look, good, "not-secure", "nobody looked");
	look.dnssec = DNS_BOGUS;
	check_dane(&look, good, "bogus", "bogus");
	look = (struct route_look){.asked = true, .outcome = DNS_NODATA, .dnssec = DNS_SECURE};
	check_dane(&look, good, "no-records", "none");
	look.outcome = DNS_NXDOMAIN;
	check_dane(&look, good, "no-records", "no name");
	look.outcome = DNS_SERVFAIL;
	look.dnssec = DNS_UNCHECKED;
	check_dane(&look, good, "no-answer", "no answer");
	look.outcome = DNS_TIMEOUT;
	check_dane(&look, good, "no-answer", "none in time");
	look.asked = false;
	check_dane(&look, good, "nothing", "not asked");
}

int
main(void)
{
	char path[] = P_tmpdir "/test_certjudge.XXXXXX";
	struct made root, good, wild, self;
	int fd = mkstemp(path);

	a = arena_new();
	root = make("root", true, NULL);
	good = make("mx.example.com", false, &root);
	wild = make("*.example.com", false, &root);
	self = make("mx.example.com", false, NULL);
	if (fd < 0 || write(fd, root.pem.p, root.pem.n) != (ssize_t)root.pem.n || close(fd))
		abort();
	roots = trust_open(path);
	unlink(path);
	if (!OK(roots != NULL, "a root"))
		return tap_end();
	check(&good, "mx.example.com", NOW, "ok", true, true);
	check(&wild, "any.example.com", NOW, "ok", true, true);
	check(&good, "mx.example.net", NOW, "name-mismatch", true, false);
	check(&good, "mx.example.com", UNTIL + 1, "expired", false, true);
	check(&self, "mx.example.com", NOW, "self-signed", false, true);
	check(&self, "mx.example.net", NOW, "self-signed", false, false);
	check(&(struct made){.der = SPAN_LIT("rubbish")}, "mx.example.com", NOW, "malformed", false,
	    false);
	test_dane(&good, &self);
	trust_close(roots);
	arena_free(a);
	return tap_end();
}
