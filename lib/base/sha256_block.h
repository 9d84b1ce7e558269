/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sha256_block - the compression function of SHA-256 (FIPS 180-4, 6.2.2): in plain C, and by the
 * SHA instructions that x86 processors have had since 2016 or so, which are about six times as
 * fast.
 *
 * All of them take the state h over n blocks of 64 octets each, and give the same. */
#ifndef EMT_SHA256_BLOCK_H
#define EMT_SHA256_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* By the fastest way that this processor has. */
void sha256_blocks(uint32_t h[8], const unsigned char *blocks, size_t n);

/* The ways by themselves, for the tests. */
void sha256_blocks_plain(uint32_t h[8], const unsigned char *blocks, size_t n);

/* Has this processor the instructions?  False elsewhere than on x86-64. */
bool sha256_has_x86(void);
/* Only where it has. */
void sha256_blocks_x86(uint32_t h[8], const unsigned char *blocks, size_t n);

#endif
