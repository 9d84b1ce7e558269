/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/ledger_site.h"

#include "base/sha256.h"
#include "report/derive.h"

#define LEDGER "ledger" /* of the index's memory: the pool whose sets it has */

static const char *
check_owner(struct arena *a, const char *path, const char *domain, const char *secret,
    const struct ledger_owner *owner)
{
	char sum[SHA256_HEX_LEN + 1];

	if (!span_ieq(span_str(domain), span_str(owner->domain)))
		return arena_printf(a,
		    "%s: is of the measurement at %s, the site file is of %s; name the ledger or "
		    "the site file that belongs to it",
		    path, domain, owner->domain);
	if (!owner->token_secret)
		return NULL;
	sha256_hex_of(span_str(owner->token_secret), sum);
	if (!strcmp(secret, sum))
		return NULL;
	return arena_printf(a,
	    "%s: was begun with another token_secret; its tokens are not those of the site file. "
	    "Name the ledger or the site file that belongs to it",
	    path);
}

/* A site file without the secret cannot tell one pool from another; the index can. */
static const char *
check_index(struct arena *a, struct store *s, const char *path, const char *secret)
{
	unsigned char digest[SHA256_LEN];
	struct sha256 sum;
	int64_t known = memory_get(s, LEDGER), own = 0;

	sha256_init(&sum);
	sha256_add(&sum, span_str(secret));
	sha256_end(&sum, digest);
	for (size_t i = 0; i < 6; i++)
		own = own << 8 | digest[i];
	if (!known) {
		store_begin(s);
		memory_set(s, LEDGER, own);
		store_commit(s);
	}
	return !known || known == own
		   ? NULL
		   : arena_printf(a,
			 "%s: was begun with another token_secret than the ledger that the index "
			 "has its sets from; name that ledger, or another index with --db",
			 path);
}

const char *
ledger_site_check(struct arena *a, struct store *s, const char *path,
    const struct ledger_owner *owner, bool index)
{
	struct statement *st;
	const char *domain = NULL, *secret = NULL, *error;

	if (!owner->domain)
		return arena_printf(a,
		    "%s: is of one site, and the setting domain does not say of which; name the "
		    "site file with -c FILE, or give --set domain=DOMAIN",
		    path);
	st = store_prepare(s, "SELECT domain, secret_sha256 FROM ledger.site");
	if (statement_row(st)) {
		domain = statement_dup(st, 0, a);
		secret = statement_dup(st, 1, a);
	}
	statement_reset(st);
	if (!domain || !secret)
		return arena_printf(a,
		    "%s: does not say which site it is of; name a ledger that emt-probe made",
		    path);
	error = check_owner(a, path, domain, secret, owner);
	return error || !index ? error : check_index(a, s, path, secret);
}
