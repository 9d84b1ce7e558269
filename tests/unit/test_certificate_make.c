/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "io/certificate.h"
#include "io/certificate_make.h"

static const char long_name[] =
    "a-label-of-forty-octets-that-goes-on-and-on.another-label-of-it.example.com";

int
main(void)
{
	struct arena *a = arena_new();
	uint64_t seed = 7;
	struct rng rng = rng_seeded(&seed);
	struct certificate_key *ca = certificate_key_new(a), *host = certificate_key_new(a), *back;
	struct certificate_issuer self = {.key = ca}, issuer;
	const char *const names[] = {"mx.example.com", long_name};
	struct certificate_wish wish = {.subject = "CA", .authority = true, .until_utc = 100};
	struct span pem, again, key_pem = certificate_key_pem(a, host);
	struct certificate c, d;

	issuer = (struct certificate_issuer){certificate_make(a, &wish, ca, &self, &rng), ca};
	OK(issuer.pem.p != NULL, "an authority");
	SAME_INT(certificate_read_text(a, issuer.pem, &c), CERTIFICATE_OK, "can be read");
	SAME_INT(c.names_n, 0, "and has no names");
	SAME_INT(c.not_before_utc, 0, "the first second of 1970");

	wish = (struct certificate_wish){.subject = "mx.example.com",
	    .names = names,
	    .names_n = 2,
	    .from_utc = 2524608000, /* 2050: GeneralizedTime from here on, RFC 5280 4.1.2.5 */
	    .until_utc = 2524608001};
	pem = certificate_make(a, &wish, host, &issuer, &rng);
	SAME_INT(certificate_read_text(a, pem, &c), CERTIFICATE_OK, "a host's certificate");
	SAME_INT(c.not_before_utc, 2524608000, "after 2049");
	SAME_SPAN(c.names[1], span_str(long_name), "a long name is whole");
	again = certificate_make(a, &wish, host, &issuer, &rng);
	OK(certificate_read_text(a, again, &d) == CERTIFICATE_OK &&
		memcmp(c.sha256, d.sha256, SHA256_LEN) != 0 &&
		!memcmp(c.spki_sha256, d.spki_sha256, SHA256_LEN),
	    "another of the same key: another certificate, the same pin");
	wish.subject = long_name;
	pem = certificate_make(a, &wish, host, &issuer, &rng);
	OK(certificate_read_text(a, pem, &c) == CERTIFICATE_OK && !c.common_name.p,
	    "a subject over 64 octets is left out");
	wish.subject = "\xff";
	OK(!certificate_make(a, &wish, host, &issuer, &rng).p, "a subject that is no UTF-8");
	wish.subject = "x";
	issuer.pem = SPAN_LIT("no PEM");
	OK(!certificate_make(a, &wish, host, &issuer, &rng).p, "an issuer that is none");

	OK(certificate_key_fits(key_pem, pem), "the key fits its certificate");
	OK(!certificate_key_fits(certificate_key_pem(a, ca), pem), "another's does not");
	OK(!certificate_key_fits(SPAN_LIT(""), pem) && !certificate_key_fits(key_pem, SPAN_LIT("")),
	    "nor does nothing");
	back = certificate_key_read(a, key_pem);
	OK(back && span_eq(certificate_key_pem(a, back), key_pem), "a key comes back from PEM");
	OK(!certificate_key_read(a, pem), "a certificate is no key");
	OK(!certificate_key_read(a, (struct span){key_pem.p, key_pem.n / 2}), "nor is half a key");
	OK(!certificate_key_read(a, (struct span){NULL, 0}), "nor is nothing");

	arena_free(a);
	return tap_end();
}
