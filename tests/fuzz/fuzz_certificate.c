/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The input is a certificate's file: PEM or DER. */
#include <stdlib.h>

#include "io/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct span text = {(const char *)data, size}, der;
	struct certificate c;
	char pin[CERTIFICATE_PIN_MAX];
	enum certificate_st st = certificate_read_text(a, text, &c);
	size_t octets = c.common_name.n, blocks = 0;

	for (size_t i = 0; i < c.names_n; i++) {
		octets += c.names[i].n;
		/* A name covers itself, unless it is a wildcard or nothing. */
		if (c.names[i].n && c.names[i].p[0] != '*' && !certificate_covers(&c, c.names[i]))
			abort();
	}
	/* What every reader relies on. */
	if (c.names_n > CERTIFICATE_NAMES_MAX || octets > 8 * size ||
	    (st != CERTIFICATE_OK && (c.names_n || c.common_name.p)) ||
	    strlen(certificate_pin(&c, pin)) != CERTIFICATE_PIN_MAX - 1)
		abort();
	while (certificate_pem_next(a, &text, &der))
		if (certificate_read(a, der, &c) == CERTIFICATE_OK || ++blocks > size)
			certificate_covers(&c, SPAN_LIT("mx.example.com"));
	arena_free(a);
	return 0;
}
