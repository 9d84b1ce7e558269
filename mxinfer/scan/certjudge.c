/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/certjudge.h"

#include "io/certificate.h"
#include "io/dane.h"

static bool
covers_one(struct span der, struct certjudge_names names)
{
	struct arena *a = arena_new();
	struct certificate c;
	bool covers = false;

	if (certificate_read(a, der, &c) == CERTIFICATE_OK)
		for (size_t i = 0; i < names.n && !covers; i++)
			covers = certificate_covers(&c, span_str(names.v[i]));
	arena_free(a);
	return covers;
}

struct certjudged
certjudge_verify(const struct trust *t, struct certjudge_chain chain, struct certjudge_names names,
    int64_t now_utc)
{
	enum trust_st st = trust_verify(t, chain.v, chain.n, now_utc);
	struct certjudged j = {
	    .trusted = st == TRUST_OK, .named = chain.n && covers_one(chain.v[0], names)};

	j.verify = j.trusted && !j.named ? "name-mismatch" : trust_st_name(st);
	return j;
}

const char *
certjudge_dane(const struct route_look *tlsa, struct certjudge_chain chain,
    struct certjudge_names names, int64_t now_utc)
{
	if (!tlsa->asked)
		return NULL;
	if (tlsa->dnssec == DNS_BOGUS)
		return "bogus";
	if (tlsa->outcome == DNS_NXDOMAIN || tlsa->outcome == DNS_NODATA)
		return "no-records";
	if (tlsa->outcome != DNS_OK)
		return "no-answer";
	if (tlsa->dnssec != DNS_SECURE)
		return "not-secure";
	if (!chain.n)
		return "no-tls";
	return dane_st_name(
	    dane_check(tlsa->texts.v, tlsa->texts.n, chain.v, chain.n, names.v, names.n, now_utc));
}
