/* SPDX-License-Identifier: GPL-3.0-or-later */
/* token - the unguessable label of one probe: TOKEN.CASE is a recipient domain of its own.
 *
 * The pool of a site is written ahead: token `number` of a test case is the base32 start (RFC 4648
 * section 6, small letters) of HMAC-SHA-256 (RFC 2104) with the site's secret as the key and
 * "CASE/number" as the text.  26 characters are 130 bits. */
#ifndef EMT_TOKEN_H
#define EMT_TOKEN_H

#include <stdint.h>

#include "base/sha256.h"
#include "mail/probe.h"

void hmac_sha256(struct span key, struct span text, unsigned char mac[SHA256_LEN]);

void token_make(
    struct span secret, struct span testcase, uint64_t number, char out[PROBE_TOKEN_LEN + 1]);

#endif
