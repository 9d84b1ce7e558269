/* SPDX-License-Identifier: GPL-3.0-or-later */
/* x509_chain - the certificates that a server sent, as OpenSSL has them; for the modules of this
 * folder alone.
 *
 * The first is the server's own.  All of it is a stranger's: one that cannot be read leads nowhere
 * and is left out, unless it is the first; those over TRUST_CHAIN_MAX are, too. */
#ifndef EMT_X509_CHAIN_H
#define EMT_X509_CHAIN_H

#include <openssl/x509.h>

#include "base/span.h"

struct x509_chain {
	X509 *leaf; /* NULL: none that can be read */
	STACK_OF(X509) * others;
};

/* chain[0 .. chain_n-1]: DER.  False if there is no leaf.  Free it in either case. */
bool x509_chain_read(struct x509_chain *c, const struct span *chain, size_t chain_n)
    __attribute__((warn_unused_result));
void x509_chain_free(struct x509_chain *c);

#endif
