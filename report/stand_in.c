/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/stand_in.h"

#include <stdio.h>

#include "base/buf.h"
#include "mail/token.h"

enum { THING_MAX = 1 << 22 };

const char *
stand_in(struct span key, const char *kind, struct span thing, char out[STAND_IN_MAX])
{
	unsigned char mac[SHA256_LEN];
	struct buf text;
	int n;

	buf_init(&text, THING_MAX);
	buf_printf(&text, "%s/", kind);
	for (size_t i = 0; i < thing.n; i++)
		buf_putc(&text, to_lower(thing.p[i]));
	hmac_sha256(key, buf_span(&text), mac);
	buf_free(&text);
	n = snprintf(out, STAND_IN_MAX, "%.14s-", kind);
	for (size_t i = 0; i < STAND_IN_OCTETS; i++)
		n += snprintf(out + n, STAND_IN_MAX - (size_t)n, "%02x", mac[i]);
	return out;
}
