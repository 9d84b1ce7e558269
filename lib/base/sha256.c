/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sha256.h"

#include "base/sha256_block.h"

void
sha256_init(struct sha256 *s)
{
	/* The first 32 bits of the fractional parts of the square roots of the first 8 primes (FIPS
	 * 180-4, 5.3.3). */
	*s = (struct sha256){.h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
				 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void
sha256_add(struct sha256 *s, struct span data)
{
	size_t held = s->n % 64;

	s->n += data.n;
	if (held && data.n) {
		size_t part = 64 - held < data.n ? 64 - held : data.n;

		memcpy(s->block + held, data.p, part);
		data = span_from(data, part);
		if (held + part < 64)
			return;
		sha256_blocks(s->h, s->block, 1);
	}
	if (data.n >= 64)
		sha256_blocks(s->h, (const unsigned char *)data.p, data.n / 64);
	data = span_from(data, data.n - data.n % 64);
	if (data.n)
		memcpy(s->block, data.p, data.n);
}

void
sha256_end(struct sha256 *s, unsigned char digest[SHA256_LEN])
{
	static const char padding[64] = "\x80";
	uint64_t bits = s->n * 8;
	size_t held = s->n % 64;
	char length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (char)(bits >> (56 - 8 * i));
	sha256_add(s, (struct span){padding, held < 56 ? 56 - held : 120 - held});
	sha256_add(s, (struct span){length, sizeof length});
	for (int i = 0; i < SHA256_LEN; i++)
		digest[i] = (unsigned char)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

void
sha256_hex(struct sha256 *s, char hex[SHA256_HEX_LEN + 1])
{
	unsigned char digest[SHA256_LEN];

	sha256_end(s, digest);
	for (int i = 0; i < SHA256_LEN; i++) {
		hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	hex[SHA256_HEX_LEN] = '\0';
}

void
sha256_hex_of(struct span data, char hex[SHA256_HEX_LEN + 1])
{
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, data);
	sha256_hex(&s, hex);
}
