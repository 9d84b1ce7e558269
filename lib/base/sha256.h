/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sha256 - SHA-256 (FIPS 180-4) without libcrypto, whose start alone costs a delivery agent 40
 * system calls. */
#ifndef EMT_SHA256_H
#define EMT_SHA256_H

#include <stdint.h>

#include "base/span.h"

enum { SHA256_LEN = 32, SHA256_HEX_LEN = 64 };

struct sha256 {
	uint32_t h[8];
	uint64_t n; /* octets so far */
	unsigned char block[64];
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, struct span data);
void sha256_end(struct sha256 *s, unsigned char digest[SHA256_LEN]);

/* The digest as 64 lower-case hex digits and a NUL; ends s. */
void sha256_hex(struct sha256 *s, char hex[SHA256_HEX_LEN + 1]);
void sha256_hex_of(struct span data, char hex[SHA256_HEX_LEN + 1]);

#endif
