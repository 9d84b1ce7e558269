/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mail/token.h"

#include <inttypes.h>
#include <stdio.h>

enum { HMAC_BLOCK = 64 };

static void
hash_with_pad(struct span key, unsigned char pad, struct span text, unsigned char out[SHA256_LEN])
{
	unsigned char block[HMAC_BLOCK];
	struct sha256 s;

	for (size_t i = 0; i < HMAC_BLOCK; i++)
		block[i] = (unsigned char)((i < key.n ? (unsigned char)key.p[i] : 0) ^ pad);
	sha256_init(&s);
	sha256_add(&s, (struct span){(char *)block, sizeof block});
	sha256_add(&s, text);
	sha256_end(&s, out);
}

void
hmac_sha256(struct span key, struct span text, unsigned char mac[SHA256_LEN])
{
	unsigned char short_key[SHA256_LEN], inner[SHA256_LEN];

	if (key.n > HMAC_BLOCK) {
		struct sha256 s;

		sha256_init(&s);
		sha256_add(&s, key);
		sha256_end(&s, short_key);
		key = (struct span){(char *)short_key, sizeof short_key};
	}
	hash_with_pad(key, 0x36, text, inner);
	hash_with_pad(key, 0x5c, (struct span){(char *)inner, sizeof inner}, mac);
}

/* The first characters of base32: five bits each, most significant first. */
static void
base32_start(const unsigned char *octets, char *out, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

	for (size_t i = 0; i < n; i++) {
		size_t bit = 5 * i;
		unsigned two = (unsigned)octets[bit / 8] << 8 | octets[bit / 8 + 1];

		out[i] = letters[two >> (11 - bit % 8) & 31];
	}
	out[n] = '\0';
}

void
token_make(struct span secret, struct span testcase, uint64_t number, char out[PROBE_TOKEN_LEN + 1])
{
	unsigned char mac[SHA256_LEN];
	char text[300];
	int n = snprintf(text, sizeof text, "%.*s/%" PRIu64,
	    (int)(testcase.n > 253 ? 253 : testcase.n), testcase.p, number);

	hmac_sha256(secret, (struct span){text, (size_t)n}, mac);
	base32_start(mac, out, PROBE_TOKEN_LEN);
}
