/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/trust.h"

#include <stdlib.h>
#include <unistd.h>

#include "io/certificate.h"
#include "io/certificate_make.h"
#include "base/base64.h"
#include "tests/certtext.h"
#include "tests/tap.h"

enum { FROM = 1700000000, NOW = 1705000000, UNTIL = 1710000000 };

static struct arena *a;
static uint64_t seed = 5;

struct made {
	struct span pem, der;
	struct certificate_key *key;
};

/* A certificate signed by `issuer`, or by itself. */
static struct made
make(const char *name, bool authority, int64_t until, const struct made *issuer)
{
	struct rng rng = rng_seeded(&seed);
	struct made m = {.key = certificate_key_new(a)};
	struct certificate_issuer by = {.key = m.key};
	struct certificate_wish wish = {.subject = name,
	    .names = &name,
	    .names_n = authority ? 0 : 1,
	    .authority = authority,
	    .from_utc = FROM,
	    .until_utc = until};
	struct span rest;

	if (issuer)
		by = (struct certificate_issuer){issuer->pem, issuer->key};
	m.pem = certificate_make(a, &wish, m.key, &by, &rng);
	rest = m.pem;
	if (!certificate_pem_next(a, &rest, &m.der))
		abort();
	return m;
}

static void
write_file(char *path, struct span text)
{
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n || close(fd))
		abort();
}

static void
check(const struct trust *t, const struct span *chain, size_t n, int64_t now, const char *st,
    const char *name)
{
	SAME_STR(trust_st_name(trust_verify(t, chain, n, now)), st, name);
}

static struct span
take_base64(const char *text)
{
	struct buf octets;
	struct span der;

	buf_init(&octets, 10000);
	if (!base64_take(&octets, span_str(text)))
		abort();
	der = arena_span(a, buf_span(&octets));
	buf_free(&octets);
	return der;
}

/* A chain of three. */
static void
test_chain(void)
{
	char path[] = P_tmpdir "/test_trust.XXXXXX";
	struct span host = take_base64(CERT_CHAIN_HOST), middle = take_base64(CERT_CHAIN_MIDDLE),
		    root = take_base64(CERT_CHAIN_ROOT), noise = SPAN_LIT("x");
	int64_t now = CERT_CHAIN_FROM + 1000000;
	struct trust *t;

	write_file(path, SPAN_LIT(CERT_PEM(CERT_CHAIN_ROOT, "\n")));
	t = trust_open(path);
	unlink(path);
	if (!OK(t != NULL, "a root in one long line"))
		return;
	check(t, (struct span[]){host, middle}, 2, now, "ok", "by way of another");
	check(t, (struct span[]){host, noise, root, middle}, 4, now, "ok",
	    "in another order, and something that is none");
	check(t, &host, 1, now, "unknown-issuer", "without the other");
	check(t, &middle, 1, now, "not-a-server", "the other itself is for signing");
	trust_close(t);
}

int
main(void)
{
	char path[] = P_tmpdir "/test_trust.XXXXXX", empty[] = P_tmpdir "/test_trust.XXXXXX";
	struct made root, other_root, direct, expired, stranger, self;
	struct trust *t;

	a = arena_new();
	root = make("root", true, UNTIL, NULL);
	other_root = make("other root", true, UNTIL, NULL);
	direct = make("mx.example.com", false, UNTIL, &root);
	expired = make("mx.example.com", false, FROM + 100, &root);
	stranger = make("mx.example.com", false, UNTIL, &other_root);
	self = make("mx.example.com", false, UNTIL, NULL);
	write_file(path, root.pem);
	write_file(empty, SPAN_LIT(""));

	OK(trust_open("/nonexistent.pem") == NULL, "roots that are not there");
	OK(trust_open(empty) == NULL, "a file without roots");
	t = trust_open(path);
	if (!OK(t != NULL, "a root"))
		return tap_end();
	check(t, &direct.der, 1, NOW, "ok", "signed by the root");
	check(t, &stranger.der, 1, NOW, "unknown-issuer", "of a root that we do not know");
	check(t, (struct span[]){stranger.der, other_root.der}, 2, NOW, "self-signed",
	    "and that it sent");
	check(t, &self.der, 1, NOW, "self-signed", "of its own");
	check(t, &expired.der, 1, NOW, "expired", "too old");
	check(t, &expired.der, 1, FROM + 50, "ok", "then it was not");
	check(t, &direct.der, 1, FROM - 1, "not-yet-valid", "too early");
	check(t, &direct.der, 1, UNTIL + 1, "expired", "too late");
	check(t, NULL, 0, NOW, "malformed", "nothing");
	check(t, &(struct span){"", 0}, 1, NOW, "malformed", "no octets");
	check(t, &(struct span){direct.der.p, direct.der.n - 1}, 1, NOW, "malformed", "cut short");
	check(t, &SPAN_LIT("rubbish"), 1, NOW, "malformed", "rubbish");
	trust_close(t);
	trust_close(NULL);

	test_chain();
	setenv("SSL_CERT_FILE", path, 1);
	t = trust_open(NULL);
	OK(t != NULL, "the system's roots, where the environment says");
	if (t)
		check(t, &direct.der, 1, NOW, "ok", "are the same");
	trust_close(t);
	unlink(path);
	unlink(empty);
	arena_free(a);
	return tap_end();
}
