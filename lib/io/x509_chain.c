/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/x509_chain.h"

#include <openssl/err.h>

#include "base/arena.h"
#include "io/certificate.h"
#include "io/trust.h"

static X509 *
read_der(struct span der)
{
	const unsigned char *p = (const unsigned char *)der.p, *end = p + der.n;
	X509 *x;

	if (!der.n || der.n > CERTIFICATE_DER_MAX)
		return NULL;
	x = d2i_X509(NULL, &p, (long)der.n);
	if (x && p == end)
		return x;
	X509_free(x);
	return NULL;
}

bool
x509_chain_read(struct x509_chain *c, const struct span *chain, size_t chain_n)
{
	c->leaf = chain_n ? read_der(chain[0]) : NULL;
	c->others = must(sk_X509_new_null());
	for (size_t i = 1; c->leaf && i < chain_n && i < TRUST_CHAIN_MAX; i++) {
		X509 *x = read_der(chain[i]);

		if (x && !sk_X509_push(c->others, x))
			out_of_memory();
	}
	return c->leaf != NULL;
}

void
x509_chain_free(struct x509_chain *c)
{
	sk_X509_pop_free(c->others, X509_free);
	X509_free(c->leaf);
	/* What went wrong is told by outcomes; OpenSSL would tell it to whoever asks next. */
	ERR_clear_error();
}
